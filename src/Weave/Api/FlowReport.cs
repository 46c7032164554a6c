namespace Weave.Api;

/// <summary>A flow of the datapath, in words.</summary>
public sealed record FlowReport(IReadOnlyList<string> FlowKeys, IReadOnlyList<string> Actions, ulong Packets, ulong Bytes, ulong Used);
