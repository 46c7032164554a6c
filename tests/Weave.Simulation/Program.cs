using System.Diagnostics;
using System.Globalization;
using Weave.Simulation;
using Weave.Simulation.Ipam;

if (args.Length == 0 || args[0].StartsWith('-'))
{
    Console.Error.WriteLine("usage: Weave.Simulation SCENARIO [--seed N] [--peers N] [--discovery] [--original]");
    Console.Error.WriteLine("       Weave.Simulation ipam [--seed N] [--seeds N] [--trace]");
    Console.Error.WriteLine("       Weave.Simulation cost [--seed N] [--sizes N,N,...] [--chart FILE.svg]");
    foreach ((string known, (string what, int usual, _)) in Scenarios.All)
    {
        Console.Error.WriteLine($"  {known,-10} {what} ({usual} peers)");
    }

    return 2;
}

ulong seed = ulong.Parse(Option("--seed") ?? "1", CultureInfo.InvariantCulture);
if (args[0] == "ipam")
{
    return IpamScenario.Run(seed, int.Parse(Option("--seeds") ?? "10000", CultureInfo.InvariantCulture), args.Contains("--trace"));
}

WorldOptions options = new() { MeasureCpu = true, OriginalRules = args.Contains("--original"), Discovery = args.Contains("--discovery") };
if (args[0] == "cost")
{
    return Cost();
}

if (!Scenarios.All.TryGetValue(args[0], out (string What, int Peers, Func<ulong, int, WorldOptions, ScenarioResult> Run) scenario))
{
    Console.Error.WriteLine($"no scenario \"{args[0]}\"");
    return 2;
}

int peers = int.Parse(Option("--peers") ?? scenario.Peers.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
ScenarioResult outcome = Show(scenario.Run(seed, peers, options));
if (outcome.Failure is not null)
{
    outcome.World.Differences().Take(20).ToList().ForEach(Console.WriteLine);
}

return outcome.Failure is null ? 0 : 1;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;

ScenarioResult Show(ScenarioResult result)
{
    Console.WriteLine(result);
    return result;
}

int Cost()
{
    int[] sizes = [.. (Option("--sizes") ?? "10,30,100,300,1000").Split(',').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
    List<(int, double)> startBytes = [];
    List<(int, double)> startCpu = [];
    List<(int, double)> quietBytes = [];
    List<(int, double)> quietCpu = [];
    foreach (int size in sizes)
    {
        Stopwatch watch = Stopwatch.StartNew();
        ScenarioResult start = Show(Scenarios.All["mesh"].Run(seed, size, options));
        startBytes.Add((size, start.BytesPerPeer / 1024));
        startCpu.Add((size, start.CpuMillisecondsPerPeer));
        ScenarioResult quiet = Show(Scenarios.All["quiet"].Run(seed, size, options));
        quietBytes.Add((size, quiet.BytesPerPeer / 1024 / 5));
        quietCpu.Add((size, quiet.CpuMillisecondsPerPeer / 5));
        Console.WriteLine($"  {size} peers took {watch.Elapsed.TotalSeconds:f0} s to simulate");
    }

    if (Option("--chart") is string file)
    {
        CostSeries[] bytes = [new("until converged", startBytes), new("a quiet minute", quietBytes)];
        CostSeries[] cpu = [new("until converged", startCpu), new("a quiet minute", quietCpu)];
        File.WriteAllText(file, CostChart.Draw(bytes, cpu));
    }

    return 0;
}
