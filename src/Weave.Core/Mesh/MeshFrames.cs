using System.Buffers;
using System.Buffers.Binary;
using Weave.Core.Crypto;
using Weave.Wire.Gob;
using Weave.Wire.Mesh;

namespace Weave.Core.Mesh;

/// <summary>
/// Framing and encryption of one TCP connection between peers, in both protocol versions: bytes in, whole frames out,
/// and the other way round. Says what it cannot take; what follows from that is the session's.
/// </summary>
/// <remarks>
/// docs/wire/mesh.md §1.4: version 2 is length (4), content. §1.5: version 1 is one gob stream per direction. §1.6: content
/// may be a box. Spans handed out are good until the next call.
/// </remarks>
internal sealed class MeshFrames
{
    private const int LengthSize = sizeof(uint);

    private readonly ByteQueue _input = new();
    private int _described; // version 1: bytes of type descriptions that wait for the features
    private MessageNonce? _sendNonce;
    private MessageNonce? _receiveNonce;

    /// <summary>0 until the two sides have agreed.</summary>
    internal int Version { get; set; }

    /// <summary>Null while nothing is encrypted.</summary>
    internal byte[]? Key { get; private set; }

    /// <summary>From now on every frame is a box, in both directions.</summary>
    internal void Encrypt(byte[] key, bool outbound)
    {
        Key = key;
        _sendNonce = new MessageNonce(outbound);
        _receiveNonce = new MessageNonce(!outbound);
    }

    internal void Append(ReadOnlySpan<byte> bytes) => _input.Append(bytes);

    internal void Compact() => _input.Compact();

    internal void Clear() => _input.Clear();

    /// <summary>Takes exactly <paramref name="count"/> bytes, or none when there are fewer.</summary>
    internal bool TryTake(int count, out ReadOnlySpan<byte> taken) => _input.TryTake(count, out taken);

    /// <summary>Takes the gob stream of the remote's features.</summary>
    /// <param name="maxSize">More than this is refused.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="error">Why there never will be one; null when more bytes may bring it.</param>
    internal bool TryTakeFeatures(int maxSize, out ReadOnlySpan<byte> stream, out string? error)
    {
        if (Version == 1)
        {
            return TryTakeVersion1Features(maxSize, out stream, out error);
        }

        stream = default;
        if (!TryTakeFrame(maxSize, out ReadOnlySpan<byte> frame, out error))
        {
            return false;
        }

        stream = frame;
        if (_receiveNonce is null)
        {
            return true;
        }

        bool opened = TryOpen(frame, out byte[] content, out error);
        stream = content;
        return opened;
    }

    /// <summary>Takes the next message.</summary>
    /// <param name="maxSize">More than this is refused.</param>
    /// <param name="message">A copy, for the caller to keep.</param>
    /// <param name="error">Why there never will be one; null when more bytes may bring it.</param>
    internal bool TryTakeMessage(int maxSize, out byte[] message, out string? error)
    {
        message = [];
        while (TryTakeFrame(maxSize, out ReadOnlySpan<byte> frame, out error))
        {
            if (Version == 1 && !TryUnwrapVersion1(ref frame, out error))
            {
                if (error is not null)
                {
                    return false;
                }

                continue;
            }

            if (_receiveNonce is not null)
            {
                return TryOpen(frame, out message, out error);
            }

            message = frame.ToArray();
            return true;
        }

        return false;
    }

    /// <summary>Frames <paramref name="content"/>, in a box when there is a key.</summary>
    internal void Write(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        int size = content.Length + (_sendNonce is null ? 0 : SecretBox.TagSize);
        int prefix = Version == 1 ? GobFrame.HeaderSize(size) : LengthSize;
        Span<byte> frame = output.GetSpan(prefix + size)[..(prefix + size)];
        if (Version == 1)
        {
            GobFrame.WriteHeader(frame, size);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)size);
        }

        if (_sendNonce is null)
        {
            content.CopyTo(frame[prefix..]);
        }
        else
        {
            SecretBox.Seal(frame[prefix..], content, _sendNonce.Next(), Key);
        }

        output.Advance(prefix + size);
    }

    private bool TryOpen(ReadOnlySpan<byte> frame, out byte[] content, out string? error)
    {
        content = new byte[Math.Max(0, frame.Length - SecretBox.TagSize)];
        error = SecretBox.TryOpen(content, frame, _receiveNonce!.Next(), Key) ? null : MeshReasons.CannotDecrypt;
        return error is null;
    }

    private bool TryTakeFrame(int maxSize, out ReadOnlySpan<byte> frame, out string? error)
    {
        frame = default;
        error = null;
        ReadOnlySpan<byte> waiting = _input.Bytes;
        if (!TryReadLength(waiting, out int prefix, out ulong size))
        {
            error = waiting.Length >= GobNumbers.MaxSize ? GobErrors.BadValue : null;
            return false;
        }

        if (size > (ulong)maxSize)
        {
            error = $"incoming message exceeds maximum size: {size} > {maxSize}";
            return false;
        }

        if (!_input.TryTake(prefix + (int)size, out frame))
        {
            return false;
        }

        // A message of the gob stream is read with its size.
        frame = Version == 1 ? frame : frame[prefix..];
        return true;
    }

    private bool TryReadLength(ReadOnlySpan<byte> waiting, out int prefix, out ulong size)
    {
        if (Version == 1)
        {
            ReadOnlySpan<byte> rest = waiting;
            bool read = GobNumbers.TryReadUnsigned(ref rest, out size);
            prefix = waiting.Length - rest.Length;
            return read;
        }

        prefix = LengthSize;
        bool enough = waiting.Length >= LengthSize;
        size = enough ? BinaryPrimitives.ReadUInt32BigEndian(waiting) : 0;
        return enough;
    }

    /// <summary>The stream up to and including its first value; descriptions of types come before it.</summary>
    private bool TryTakeVersion1Features(int maxSize, out ReadOnlySpan<byte> stream, out string? error)
    {
        stream = default;
        error = null;
        ReadOnlySpan<byte> waiting = _input.Bytes;
        ReadOnlySpan<byte> rest = waiting[_described..];
        while (GobNumbers.TryReadUnsigned(ref rest, out ulong size) && size <= (ulong)rest.Length)
        {
            ReadOnlySpan<byte> message = rest[..(int)size];
            rest = rest[(int)size..];
            if (!GobNumbers.TryReadUnsigned(ref message, out ulong id))
            {
                error = GobErrors.BadValue;
                return false;
            }

            if (GobNumbers.UnZigZag(id) >= 0)
            {
                return _input.TryTake(waiting.Length - rest.Length, out stream);
            }

            _described = waiting.Length - rest.Length;
        }

        error = waiting.Length > maxSize ? "introduction too long" : null;
        return false;
    }

    /// <summary>A message of version 1 is a byte slice; anything else in the stream can only be another description, which is ignored.</summary>
    private static bool TryUnwrapVersion1(ref ReadOnlySpan<byte> frame, out string? error)
    {
        GobReader reader = new(frame);
        bool found = reader.NextValue(GobType.Bytes);
        frame = found ? reader.Bytes() : default;
        error = reader.Error;
        return found && error is null;
    }
}
