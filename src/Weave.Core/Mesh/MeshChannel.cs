using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>A channel as the router has it: the machine behind it, and what went wrong on it.</summary>
internal sealed class MeshChannel(string name, IGossipChannel machine, bool isSurrogate)
{
    internal string Name => name;

    internal IGossipChannel Machine => machine;

    internal bool IsSurrogate => isSurrogate;

    internal long Faults { get; private set; }

    internal string? LastFault { get; private set; }

    internal PeerName LastFaultFrom { get; private set; }

    internal TimeSpan LastFaultAt { get; private set; }

    internal void Count(TimeSpan now, PeerName from, string fault)
    {
        Faults++;
        LastFault = fault;
        LastFaultFrom = from;
        LastFaultAt = now;
    }

    internal ChannelStatus ToStatus() => new(name, isSurrogate, Faults, LastFault, LastFault is null ? null : LastFaultFrom, LastFaultAt);
}
