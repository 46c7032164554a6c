namespace Weave.Linux.Bpf;

/// <summary>Something that the kernel may lack.</summary>
/// <param name="Name">In words, for the log.</param>
/// <param name="Since">First kernel version that has it.</param>
public sealed record KernelFeature(string Name, string Since);
