namespace Weave.Core.Overlay;

/// <summary>What a sleeve forwarder wants done. A closed set: the shell switches over all of them, in order.</summary>
public abstract record SleeveEffect
{
    private SleeveEffect()
    {
    }

    /// <summary>Send a heartbeat on the channel that must not be fragmented.</summary>
    public sealed record SendHeartbeat : SleeveEffect
    {
        public static readonly SendHeartbeat Instance = new();
    }

    /// <summary>Send a special frame of zeros.</summary>
    /// <param name="FrameLength">Its length.</param>
    /// <param name="DontFragment">On which channel.</param>
    public sealed record SendZeros(int FrameLength, bool DontFragment) : SleeveEffect;

    /// <summary>Send a control message to the other end over TCP.</summary>
    public sealed record SendControl(byte Tag, ushort? Value) : SleeveEffect;

    /// <summary>Ask the kernel what it knows of the path, and call <see cref="SleeveForwarder.OnPathMtuHint"/>.</summary>
    public sealed record QueryPathMtu : SleeveEffect
    {
        public static readonly QueryPathMtu Instance = new();
    }

    /// <summary>The other end answered: frames can travel.</summary>
    public sealed record Established : SleeveEffect
    {
        public static readonly Established Instance = new();
    }

    /// <summary>The neighbour is silent; the forwarder is done for.</summary>
    public sealed record Failed(string Reason) : SleeveEffect;

    /// <summary>The neighbour is at another address than before.</summary>
    public sealed record Moved(UnderlayEndpoint From, UnderlayEndpoint To) : SleeveEffect;

    /// <summary>A size is proved.</summary>
    public sealed record MtuSettled(int MtuBytes) : SleeveEffect;
}
