using System.Globalization;
using Weave.Simulation;
using Weave.Simulation.Ipam;

if (args.Length == 0 || args[0].StartsWith('-'))
{
    Console.Error.WriteLine("usage: Weave.Simulation SCENARIO [--seed N] [--seeds N] [--peers N] [--discovery] [--original]");
    Console.Error.WriteLine("       Weave.Simulation all [--seed N] [--original] [--traces FILE]");
    Console.Error.WriteLine("       Weave.Simulation ipam [--seed N] [--seeds N] [--trace]");
    Console.Error.WriteLine("       Weave.Simulation cost [--seed N] [--sizes N,N,...] [--original | --original-sizes N,N,...] [--chart FILE.svg]");
    foreach ((string known, (string what, int usual, _)) in Scenarios.All)
    {
        Console.Error.WriteLine($"  {known,-10} {what} ({usual} peers)");
    }

    return 2;
}

ulong seed = ulong.Parse(Option("--seed") ?? "1", CultureInfo.InvariantCulture);
bool original = args.Contains("--original");
WorldOptions options = new() { MeasureCpu = true, OriginalRules = original, Discovery = args.Contains("--discovery") };
switch (args[0])
{
    case "ipam":
        return IpamScenario.Run(seed, Number("--seeds") ?? 10000, args.Contains("--trace"));
    case "cost":
        int[] sizes = Numbers(Option("--sizes") ?? "10,30,100,300,1000");
        return new CostCommand(seed, options).Run(sizes, Option("--original-sizes") is string some ? Numbers(some) : original ? sizes : [], Option("--chart"));
    case "all":
        return new ScenarioCommand(options).RunAll(seed, Option("--traces"));
    case string name when Scenarios.All.ContainsKey(name):
        return new ScenarioCommand(options).Run(name, seed, Number("--seeds") ?? 1, Number("--peers"));
    default:
        Console.Error.WriteLine($"no scenario \"{args[0]}\"");
        return 2;
}

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and int at && at + 1 < args.Length ? args[at + 1] : null;

static int[] Numbers(string text) => [.. text.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

int? Number(string name) => Option(name) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
