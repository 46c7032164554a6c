using System.Text.Json.Serialization;

namespace Weave.Api;

/// <summary>Address allocation.</summary>
public sealed record AllocationReport
{
    /// <summary>Null once there is a ring, or before anybody asked for an address.</summary>
    public ConsensusReport? Paxos { get; init; }

    public string Range { get; init; } = "";

    public ulong RangeNumIPs { get; init; }

    public ulong ActiveIPs { get; init; }

    public string DefaultSubnet { get; init; } = "";

    public IReadOnlyList<RingEntryReport>? Entries { get; init => field = Lists.OrNull(value); }

    public IReadOnlyList<ClaimReport>? PendingClaims { get; init => field = Lists.OrNull(value); }

    /// <summary>Identifier and range, with a blank between them.</summary>
    public IReadOnlyList<string>? PendingAllocates { get; init => field = Lists.OrNull(value); }

    /// <summary>Disagreements with other peers that last. Ours; absent when there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Conflicts { get; init => field = Lists.OrNull(value); }

    /// <summary>Space of ours that is not given out yet, and whom it waits for. Ours; absent when there is none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Held { get; init => field = Lists.OrNull(value); }
}
