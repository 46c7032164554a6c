namespace Weave.Overlay;

/// <summary>What one thread of sleeve did. Written by that thread alone; read by whoever reports.</summary>
internal sealed class SleeveCounters
{
    /// <summary>Name of <see cref="FramesCaptured"/> in reports.</summary>
    internal const string Captured = "frames_captured";

    /// <summary>Frames that the kernel gave us.</summary>
    internal long FramesCaptured;
    internal long FramesSent;
    internal long FramesReceived;
    internal long FramesRelayed;

    /// <summary>Frames for a peer that no route leads to, or whose address is not known yet.</summary>
    internal long NoRoute;

    /// <summary>Frames that must not be fragmented and do not fit.</summary>
    internal long TooBig;

    /// <summary>Datagrams that the kernel did not send.</summary>
    internal long SendFailed;

    /// <summary>Datagrams of nobody we know.</summary>
    internal long Strangers;

    /// <summary>Datagrams that were not sealed with our key.</summary>
    internal long Forged;

    /// <summary>Datagrams in the clear, in the name of a neighbour, that came from where it is not.</summary>
    internal long Misplaced;

    /// <summary>Datagrams that were seen before.</summary>
    internal long Replayed;

    /// <summary>Datagrams or frames that make no sense.</summary>
    internal long Malformed;

    /// <summary>Frames that the kernel did not take.</summary>
    internal long InjectFailed;

    /// <summary>Names as in reports, with the sum over <paramref name="threads"/>.</summary>
    internal static IEnumerable<(string Name, long Value)> Sum(IReadOnlyList<SleeveCounters> threads)
    {
        yield return (Captured, threads.Sum(thread => Volatile.Read(ref thread.FramesCaptured)));
        yield return ("frames_sent", threads.Sum(thread => Volatile.Read(ref thread.FramesSent)));
        yield return ("frames_received", threads.Sum(thread => Volatile.Read(ref thread.FramesReceived)));
        yield return ("frames_relayed", threads.Sum(thread => Volatile.Read(ref thread.FramesRelayed)));
        yield return ("no_route", threads.Sum(thread => Volatile.Read(ref thread.NoRoute)));
        yield return ("too_big", threads.Sum(thread => Volatile.Read(ref thread.TooBig)));
        yield return ("send_failed", threads.Sum(thread => Volatile.Read(ref thread.SendFailed)));
        yield return ("strangers", threads.Sum(thread => Volatile.Read(ref thread.Strangers)));
        yield return ("forged", threads.Sum(thread => Volatile.Read(ref thread.Forged)));
        yield return ("misplaced", threads.Sum(thread => Volatile.Read(ref thread.Misplaced)));
        yield return ("replayed", threads.Sum(thread => Volatile.Read(ref thread.Replayed)));
        yield return ("malformed", threads.Sum(thread => Volatile.Read(ref thread.Malformed)));
        yield return ("inject_failed", threads.Sum(thread => Volatile.Read(ref thread.InjectFailed)));
    }
}
