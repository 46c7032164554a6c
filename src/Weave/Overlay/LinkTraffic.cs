namespace Weave.Overlay;

/// <summary>What one neighbour was sent and sent us through user space. Written by both data threads, once a datagram.</summary>
internal sealed class LinkTraffic
{
    private long _sentBytes;
    private long _receivedBytes;
    private long _dropped;

    internal long SentBytes => Interlocked.Read(ref _sentBytes);

    internal long ReceivedBytes => Interlocked.Read(ref _receivedBytes);

    /// <summary>Frames too big, datagrams that the kernel did not send, datagrams that were forged or came twice.</summary>
    internal long Dropped => Interlocked.Read(ref _dropped);

    internal void Sent(int bytes) => Interlocked.Add(ref _sentBytes, bytes);

    internal void Received(int bytes) => Interlocked.Add(ref _receivedBytes, bytes);

    internal void Drop(int count = 1) => Interlocked.Add(ref _dropped, count);
}
