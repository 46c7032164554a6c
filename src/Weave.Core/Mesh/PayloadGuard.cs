using Weave.Wire.Ipam;
using Weave.Wire.Mesh;
using Weave.Wire.Names;

namespace Weave.Core.Mesh;

/// <summary>
/// Looks at payloads of the channels that original peers have, since some end the process or the connection that
/// reads them. Ours are right by construction; a relayed unicast, or gossip of a channel that we have switched off, are
/// somebody else's bytes.
/// </summary>
/// <remarks>
/// docs/wire/mesh.md §8. Payloads of <c>topology</c> other than unicasts are always encoded by us, and the codec cannot
/// write a short id of more than twelve bits; they are not read again here.
/// </remarks>
internal static class PayloadGuard
{
    /// <summary>Why the message must not leave; null when it may.</summary>
    internal static string? Refuse(in GossipEnvelope envelope)
    {
        bool unicast = envelope.Tag == MessageTag.Unicast;
        if (envelope.Channel.SequenceEqual("IPallocation"u8))
        {
            return unicast ? RefuseAllocatorUnicast(envelope.Payload)
                : AllocatorMessage.IsState(envelope.Payload) ? null : "allocator state that cannot be decoded";
        }

        if (envelope.Channel.SequenceEqual("nameserver"u8))
        {
            return unicast ? null : RefuseNames(envelope.Payload); // unicasts are ignored there
        }

        return unicast && envelope.Channel.SequenceEqual("topology"u8) ? "unicast on the channel of the topology" : null;
    }

    private static string? RefuseAllocatorUnicast(ReadOnlySpan<byte> payload)
    {
        if (!AllocatorMessage.TryReadKind(ref payload, out AllocatorMessageKind kind))
        {
            return "allocator unicast of no known kind";
        }

        bool whole = kind == AllocatorMessageKind.RingUpdate
            ? AllocatorMessage.IsState(payload)
            : AllocatorMessage.TryDecodeRange(payload, out _);
        return whole ? null : "allocator unicast that cannot be decoded";
    }

    private static string? RefuseNames(ReadOnlySpan<byte> payload)
    {
        if (!NamesMessage.TryDecode(payload, out _, out List<NameEntry> entries, out string? fault))
        {
            return fault;
        }

        HashSet<(string, ulong, string, uint)> keys = new(entries.Count);
        foreach (NameEntry entry in entries)
        {
            if (!keys.Add((entry.Hostname, entry.Origin.Value, entry.Container, entry.Address.Value)))
            {
                return "one name twice in a message";
            }
        }

        return null;
    }
}
