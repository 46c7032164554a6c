namespace Weave.Fuzz;

/// <summary>A parser under fuzz.</summary>
/// <param name="Name">As given on the command line.</param>
/// <param name="Seeds">Recorded bytes to start from: files or folders below tests/vectors.</param>
/// <param name="Body">What is called.</param>
/// <param name="MaxAllocationPerByte">Bytes that one call may allocate for each byte of input, besides a fixed allowance.</param>
public sealed record FuzzTarget(string Name, IReadOnlyList<string> Seeds, FuzzBody Body, int MaxAllocationPerByte = 64);
