using System.Globalization;

namespace Weave.Simulation.Ipam;

/// <summary>Many seeds of <see cref="AllocatorChaos"/>: prints what they came to, and every failure with its seed.</summary>
internal static class IpamScenario
{
    /// <returns>The exit status: 1 when a seed failed.</returns>
    internal static int Run(ulong first, int seeds, bool trace)
    {
        List<AllocatorChaosResult> results = [];
        for (ulong seed = first; seed < first + (ulong)seeds; seed++)
        {
            foreach (AllocatorChaosResult result in new[]
            {
                AllocatorChaos.Run(seed, trace: trace ? Console.Out.WriteLine : null),
                MeetingChaos.Run(seed, trace: trace ? Console.Out.WriteLine : null),
            })
            {
                results.Add(result);
                if (result.Failure is not null)
                {
                    Console.Error.WriteLine(result.Failure);
                }
            }
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"ipam: {seeds} seeds, {results.Count(result => result.Failure is not null)} failed, {results.Sum(result => (long)result.Steps)} steps, {results.Sum(result => (long)result.Messages)} messages, {results.Sum(result => (long)result.Addresses)} addresses, {results.Sum(result => (long)result.Takeovers)} takeovers, {results.Sum(result => result.ConflictsHealed)} conflicts healed"));
        return results.Exists(result => result.Failure is not null) ? 1 : 0;
    }
}
