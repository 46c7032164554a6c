namespace Weave.Core.Ipam;

/// <summary>Wants a ring to exist.</summary>
public sealed class PrimeRequest(Action<AllocationAnswer> answer) : AllocationRequest("", answer);
