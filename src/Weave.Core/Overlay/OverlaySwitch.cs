namespace Weave.Core.Overlay;

/// <summary>
/// Chooses among the overlays that both ends of one connection have. Every common overlay is prepared; the best one
/// that works carries frames.
/// </summary>
/// <remarks>
/// docs/wire/sleeve.md §1. The position in the common list is the index in control messages, so a dead overlay keeps
/// its place. A machine: one thread, no clock.
/// </remarks>
public sealed class OverlaySwitch
{
    /// <summary>An index is one byte on the wire.</summary>
    private const int MaxOverlays = 256;

    private readonly Slot[] _slots;
    private bool _established;

    /// <summary>Starts with every overlay of <paramref name="common"/> alive and none established.</summary>
    public OverlaySwitch(IReadOnlyList<string> common)
    {
        _slots = [.. common.Take(MaxOverlays).Select(name => new Slot(name))];
        Best = _slots.Length == 0 ? -1 : 0;
    }

    /// <summary>Number of common overlays, dead ones included.</summary>
    public int Count => _slots.Length;

    /// <summary>Index of the overlay that carries frames; -1 when there is none.</summary>
    public int Best { get; private set; }

    /// <summary>
    /// The overlays of <paramref name="ours"/> that the neighbour has too, in our order. Both sides must come to the same
    /// order, and do as long as all announce <c>fastdp</c> before <c>sleeve</c>. Empty: the connection must fail.
    /// </summary>
    public static IReadOnlyList<string> Common(IReadOnlyList<string> ours, IReadOnlyList<string> remote) =>
        [.. ours.Where(remote.Contains)];

    /// <summary>Splits the <c>Overlays</c> feature.</summary>
    public static IReadOnlyList<string> ParseFeature(string feature) => feature.Split(' ');

    public string NameOf(int index) => _slots[index].Name;

    public bool IsAlive(int index) => _slots[index].Alive;

    public bool IsEstablished(int index) => _slots[index].Established;

    /// <summary>Overlay <paramref name="index"/> reached the neighbour and was answered.</summary>
    public SwitchChanges OnEstablished(int index)
    {
        _slots[index].Established = true;
        SwitchChanges changes = _established ? SwitchChanges.None : SwitchChanges.Established;
        _established = true;
        return changes | Choose();
    }

    /// <summary>Overlay <paramref name="index"/> is lost for the rest of this connection.</summary>
    public SwitchChanges OnFailed(int index)
    {
        _slots[index].Alive = false;
        return Choose();
    }

    /// <summary>Overlay <paramref name="index"/> does not work at the moment, or does again.</summary>
    public SwitchChanges OnHold(int index, bool held)
    {
        _slots[index].Held = held;
        _slots[index].Presumed = false;
        return Choose();
    }

    /// <summary>
    /// Overlay <paramref name="index"/> worked for an earlier connection up to now: it is preferred like an established one,
    /// until it says that it is established, held or lost. So frames do not change their way twice when a connection is
    /// replaced.
    /// </summary>
    public SwitchChanges OnPresumed(int index)
    {
        _slots[index].Presumed = true;
        return Choose();
    }

    /// <summary>Takes a control message (tag 7) apart: forwarder index (1) | overlay tag (1) | rest.</summary>
    /// <returns>False when it is cut short or names an overlay that is dead or not there; such messages are ignored.</returns>
    public bool TryDispatch(ReadOnlySpan<byte> payload, out int index, out byte tag, out ReadOnlySpan<byte> rest)
    {
        index = 0;
        tag = 0;
        rest = default;
        if (payload.Length < 2 || payload[0] >= _slots.Length || !_slots[payload[0]].Alive)
        {
            return false;
        }

        index = payload[0];
        tag = payload[1];
        rest = payload[2..];
        return true;
    }

    /// <summary>The payload of a control message (tag 7) of overlay <paramref name="index"/>.</summary>
    public static byte[] Wrap(int index, byte tag, ReadOnlySpan<byte> rest) => [(byte)index, tag, .. rest];

    private SwitchChanges Choose()
    {
        int best = Array.FindIndex(_slots, slot => slot is { Alive: true, Held: false } && (slot.Established || slot.Presumed));
        if (best < 0)
        {
            best = Array.FindIndex(_slots, slot => slot is { Alive: true, Held: false });
        }

        if (best == Best)
        {
            return best < 0 ? SwitchChanges.NoneLeft : SwitchChanges.None;
        }

        Best = best;
        return best < 0 ? SwitchChanges.BestChanged | SwitchChanges.NoneLeft : SwitchChanges.BestChanged;
    }

    private sealed class Slot(string name)
    {
        internal string Name { get; } = name;
        internal bool Alive { get; set; } = true;
        internal bool Established { get; set; }
        internal bool Held { get; set; }
        internal bool Presumed { get; set; }
    }
}
