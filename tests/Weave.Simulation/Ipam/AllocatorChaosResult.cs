namespace Weave.Simulation.Ipam;

/// <summary>What one run came to.</summary>
/// <param name="Seed">Repeats it.</param>
/// <param name="Failure">What went wrong; null when nothing did.</param>
/// <param name="Steps">Random operations.</param>
/// <param name="Messages">Messages delivered.</param>
/// <param name="Addresses">Addresses given out.</param>
/// <param name="Takeovers">Shares of dead hosts taken over.</param>
/// <param name="ConflictsHealed">Ring conflicts settled.</param>
internal sealed record AllocatorChaosResult(
    ulong Seed, string? Failure, int Steps, int Messages, int Addresses, int Takeovers, long ConflictsHealed);
