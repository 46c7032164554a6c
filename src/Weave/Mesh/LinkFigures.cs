namespace Weave.Mesh;

/// <summary>What the kernel and our own queue say of a control connection.</summary>
/// <param name="RoundTrip">The shortest of the last minutes; null before anything was acknowledged.</param>
/// <param name="QueuedBytes">Written by us and not yet taken by the kernel, or taken and not yet sent.</param>
public sealed record LinkFigures(TimeSpan? RoundTrip, long QueuedBytes);
