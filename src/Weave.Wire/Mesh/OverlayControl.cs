namespace Weave.Wire.Mesh;

/// <summary>A control message of one overlay, carried by the mesh connection. A view: it owns no memory.</summary>
/// <remarks>docs/wire/mesh.md §1.10: 07 (1) | forwarder index (1) | tag of that overlay (1) | its data</remarks>
public readonly ref struct OverlayControl
{
    public const int HeaderSize = 3;

    /// <summary>Position in the list of overlays that both peers have.</summary>
    public required byte Forwarder { get; init; }

    public required byte Tag { get; init; }

    public required ReadOnlySpan<byte> Data { get; init; }

    /// <summary>Reads a whole message with tag 7. False when it is too short: original peers crash on it, ours ignore it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out OverlayControl control)
    {
        control = default;
        if (message.Length < HeaderSize || message[0] != (byte)MessageTag.OverlayControl)
        {
            return false;
        }

        control = new OverlayControl { Forwarder = message[1], Tag = message[2], Data = message[HeaderSize..] };
        return true;
    }

    public static byte[] Write(byte forwarder, byte tag, ReadOnlySpan<byte> data)
    {
        byte[] message = new byte[HeaderSize + data.Length];
        message[0] = (byte)MessageTag.OverlayControl;
        message[1] = forwarder;
        message[2] = tag;
        data.CopyTo(message.AsSpan(HeaderSize));
        return message;
    }
}
