namespace Weave.Overlay;

/// <summary>Data of one connection so far, as datagrams on the underlay.</summary>
public sealed record OverlayTraffic(long SentBytes, long ReceivedBytes, long Dropped);
