using System.Diagnostics;
using System.Globalization;
using Weave.Fuzz;

const string Usage = "usage: Weave.Fuzz TARGET|all [--runs N] [--seed N]";
long runs = 1_000_000;
ulong seed = 1;
string? name = args.Length > 0 ? args[0] : null;
for (int i = 1; i < args.Length; i += 2)
{
    bool understood = i + 1 < args.Length && args[i] switch
    {
        "--runs" => long.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out runs),
        "--seed" => ulong.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out seed),
        _ => false,
    };
    name = understood ? name : null;
}

List<FuzzTarget> targets = [.. FuzzTargets.All.Where(target => name == "all" || target.Name == name)];
if (targets.Count == 0)
{
    Console.Error.WriteLine(Usage);
    Console.Error.WriteLine($"targets: {string.Join(' ', FuzzTargets.All.Select(target => target.Name))}");
    return 2;
}

string vectors = FuzzCorpus.FindVectors();
foreach (FuzzTarget target in targets)
{
    IReadOnlyList<byte[]> corpus = FuzzCorpus.Load(vectors, target.Seeds);
    FuzzRun run = new(target, corpus, seed);
    long started = Stopwatch.GetTimestamp();
    if (run.Execute(runs, watchTime: true) is { } problem)
    {
        Console.Error.WriteLine(problem);
        return 1;
    }

    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{target.Name}: {run.Runs} runs of {corpus.Count} seeds in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, worst allocation {run.WorstAllocation} bytes"));
}

return 0;
