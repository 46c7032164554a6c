using System.Globalization;

namespace Weave.Simulation;

/// <summary>How a scenario went.</summary>
/// <param name="Name">Which.</param>
/// <param name="Failure">What did not happen; null when everything did.</param>
/// <param name="World">As it was at the end.</param>
/// <param name="Converged">Simulated time until it had converged.</param>
public sealed record ScenarioResult(string Name, string? Failure, World World, TimeSpan Converged)
{
    /// <summary>Sent by the average peer on its control connections.</summary>
    public double BytesPerPeer => World.Peers.Average(peer => peer.BytesSent);

    /// <summary>Machine time of the average peer.</summary>
    public double CpuMillisecondsPerPeer => World.Peers.Average(peer => peer.Cpu.TotalMilliseconds);

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Name}: {Failure ?? "ok"}; {World.Peers.Count} peers, converged after {Converged.TotalSeconds:f1} s of {World.Now.TotalSeconds:f0} s; "
        + $"per peer {BytesPerPeer / 1024:f0} KiB sent (most {World.Peers.Max(peer => peer.BytesSent) / 1024:f0}), {CpuMillisecondsPerPeer:f0} ms CPU; "
        + $"{World.Steps} steps, trace {World.Trace:x16}");
}
