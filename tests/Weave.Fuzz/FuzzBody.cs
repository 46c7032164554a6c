namespace Weave.Fuzz;

/// <summary>Gives one input to one parser. Must neither throw, nor take long, nor allocate out of proportion.</summary>
public delegate void FuzzBody(ReadOnlySpan<byte> input);
