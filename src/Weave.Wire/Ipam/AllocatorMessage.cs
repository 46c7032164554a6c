using System.Diagnostics.CodeAnalysis;
using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Ipam;

/// <summary>Payloads of the channel <c>IPallocation</c>.</summary>
/// <remarks>
/// docs/wire/ipam.md §1, §5. Gossip and broadcast: a state. Unicast: kind (1) | a range or a state. Foreign bytes never
/// throw, and allocate no more than in proportion to their number.
/// </remarks>
public static class AllocatorMessage
{
    private static readonly GobSchema RangeSchema = new(AllocatorTypes.Range);
    private static readonly GobSchema StateSchema = new(AllocatorTypes.State);

    public static byte[] EncodeState(AllocatorState state)
    {
        GobWriter writer = new(StateSchema);
        writer.BeginValue();
        AllocatorStateWriter.Write(writer, state);
        writer.EndValue();
        return writer.ToArray();
    }

    /// <summary>A unicast of kind <see cref="AllocatorMessageKind.RingUpdate"/>.</summary>
    public static byte[] EncodeRingUpdate(AllocatorState state) => [(byte)AllocatorMessageKind.RingUpdate, .. EncodeState(state)];

    /// <summary>A unicast of one of the other kinds.</summary>
    public static byte[] EncodeRange(AllocatorMessageKind kind, Ipv4Range range)
    {
        GobWriter writer = new(RangeSchema);
        writer.BeginValue();
        writer.BeginStruct();
        writer.UIntField(0, range.Start.Value);
        writer.UIntField(1, range.End.Value);
        writer.EndStruct();
        writer.EndValue();
        return [(byte)kind, .. writer.Written];
    }

    /// <summary>Takes the kind off a unicast; false when it is empty or unknown.</summary>
    public static bool TryReadKind(ref ReadOnlySpan<byte> payload, out AllocatorMessageKind kind)
    {
        kind = payload.IsEmpty ? default : (AllocatorMessageKind)payload[0];
        if (payload.IsEmpty || kind > AllocatorMessageKind.SpaceDenied)
        {
            return false;
        }

        payload = payload[1..];
        return true;
    }

    public static bool TryDecodeRange(ReadOnlySpan<byte> payload, out Ipv4Range range)
    {
        uint start = 0;
        uint end = 0;
        range = default;
        GobReader reader = new(payload);
        if (!reader.NextValue(AllocatorTypes.Range))
        {
            return false;
        }

        reader.EnterStruct();
        while (reader.NextField(out int field))
        {
            (start, end) = field == 0 ? (reader.UInt32(), end) : (start, reader.UInt32());
        }

        range = new Ipv4Range(start, end);
        return !reader.Failed;
    }

    public static bool TryDecodeState(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out AllocatorState? state)
    {
        GobReader reader = new(payload);
        state = reader.NextValue(AllocatorTypes.State) ? AllocatorStateReader.Read(ref reader) : null;
        state = reader.Failed ? null : state;
        return state is not null;
    }

    /// <summary>The layout is that of a state, whatever it says. Allocates nothing for its contents.</summary>
    public static bool IsState(ReadOnlySpan<byte> payload)
    {
        GobReader reader = new(payload);
        bool found = reader.NextValue(AllocatorTypes.State);
        reader.Skip();
        return found && !reader.Failed;
    }

    /// <summary>A ring by itself, as the original stores it.</summary>
    public static bool TryDecodeRing(ReadOnlySpan<byte> stored, [NotNullWhen(true)] out RingState? ring)
    {
        GobReader reader = new(stored);
        ring = reader.NextValue(AllocatorTypes.Ring) ? AllocatorStateReader.ReadRing(ref reader) : null;
        ring = reader.Failed ? null : ring;
        return ring is not null;
    }
}
