using System.Diagnostics;
using Weave.Core.Primitives;
using Weave.Linux.NetNs;
using Weave.Linux.Packet;

namespace Weave.SystemTests.Support;

/// <summary>
/// A wire between two network namespaces that loses, repeats and delays frames by dice, so that they overtake each
/// other: a TAP device at each end, and this process between.
/// </summary>
internal sealed class BadWire : IDisposable
{
    private static readonly TimeSpan LookUpEvery = TimeSpan.FromMilliseconds(100);

    private readonly TapDevice[] _ends;
    private readonly Thread[] _carriers;
    private readonly Habits _habits;
    private volatile bool _stopping;
    private long _carried;
    private long _lost;

    /// <param name="Loss">Share of frames that are lost.</param>
    /// <param name="Repeats">Share of frames that arrive twice.</param>
    /// <param name="Delays">Share of frames that others overtake.</param>
    internal sealed record Habits(double Loss, double Repeats, double Delays);

    internal BadWire(string left, string right, string device, Habits habits)
    {
        _habits = habits;
        _ends = [.. new[] { left, right }.Select(space => new NetworkNamespaces().Run($"/var/run/netns/{space}", () => TapDevice.Create(device)))];
        Shell.Bash($"set -e; for ns in {left} {right}; do ip -n $ns link set {device} mtu 1500 txqueuelen 2000 up; done");
        _carriers = [new Thread(() => Carry(_ends[0], _ends[1], 1)), new Thread(() => Carry(_ends[1], _ends[0], 2))];
        Array.ForEach(_carriers, carrier => carrier.Start());
    }

    internal long Carried => Interlocked.Read(ref _carried);

    internal long Lost => Interlocked.Read(ref _lost);

    public void Dispose()
    {
        _stopping = true;
        Array.ForEach(_carriers, carrier => carrier.Join());
        Array.ForEach(_ends, end => end.Dispose());
    }

    private void Carry(TapDevice from, TapDevice to, ulong seed)
    {
        SeededRandom dice = new(seed);
        PriorityQueue<byte[], long> late = new();
        byte[] buffer = new byte[1 << 17];
        while (!_stopping)
        {
            from.Wait(late.Count > 0 ? TimeSpan.FromMilliseconds(1) : LookUpEvery);
            int length;
            while ((length = from.Read(buffer)) > 0)
            {
                Treat(dice, late, to, buffer.AsSpan(0, length));
                Release(late, to);
            }

            Release(late, to);
        }
    }

    private void Treat(SeededRandom dice, PriorityQueue<byte[], long> late, TapDevice to, Span<byte> frame)
    {
        Interlocked.Increment(ref _carried);
        if (dice.NextDouble() < _habits.Loss)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        for (int copies = dice.NextDouble() < _habits.Repeats ? 2 : 1; copies > 0; copies--)
        {
            if (dice.NextDouble() < _habits.Delays)
            {
                late.Enqueue(frame.ToArray(), Stopwatch.GetTimestamp() + (dice.Next(5_000) * Stopwatch.Frequency / 1_000_000));
            }
            else
            {
                Write(to, frame);
            }
        }
    }

    private static void Release(PriorityQueue<byte[], long> late, TapDevice to)
    {
        while (late.TryPeek(out byte[]? frame, out long due) && due <= Stopwatch.GetTimestamp())
        {
            late.Dequeue();
            Write(to, frame);
        }
    }

    private static unsafe void Write(TapDevice to, ReadOnlySpan<byte> frame)
    {
        fixed (byte* bytes = frame)
        {
            to.Write([new IoVector(bytes, frame.Length)]); // one that a full queue refuses is one more that is lost
        }
    }
}
