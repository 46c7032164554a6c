using System.Buffers.Binary;

namespace Weave.Core.Crypto;

/// <summary>Numbers the messages of one direction of a control connection.</summary>
/// <remarks>
/// docs/wire/mesh.md §1.6: flags (1): 40 control connection, 80 the sender dialled | zero (15) | counter (8).
/// Never transmitted: both sides count.
/// </remarks>
internal sealed class MessageNonce
{
    private const byte ControlConnection = 0x40;
    private const byte SenderDialled = 0x80;
    private const int CounterOffset = SecretBox.NonceSize - sizeof(ulong);

    private readonly byte[] _bytes = new byte[SecretBox.NonceSize];
    private ulong _counter;

    internal MessageNonce(bool senderDialled)
    {
        _bytes[0] = (byte)(ControlConnection | (senderDialled ? SenderDialled : 0));
    }

    /// <summary>The nonce of the next message. Valid until the next call.</summary>
    internal ReadOnlySpan<byte> Next()
    {
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.AsSpan(CounterOffset), _counter++);
        return _bytes;
    }
}
