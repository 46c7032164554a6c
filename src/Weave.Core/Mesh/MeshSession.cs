using System.Buffers;
using System.Buffers.Binary;
using Weave.Core.Crypto;
using Weave.Core.Primitives;
using Weave.Wire.Gob;
using Weave.Wire.Mesh;

namespace Weave.Core.Mesh;

/// <summary>
/// One TCP connection between peers, without the TCP: handshake, framing and encryption of both protocol versions.
/// Bytes come in split in any way, whole messages come out. Not thread-safe; time-outs are the caller's.
/// </summary>
/// <remarks>
/// docs/wire/mesh.md §1.3 to §1.6. Stages: header, then in version 2 encryption flag and public key, then the
/// remote's features, then messages. Foreign bytes never throw: what cannot be is a <see cref="MeshSessionEvent.Failed"/>,
/// after which the session ignores whatever it is given. It keeps at most one frame's worth of bytes.
/// </remarks>
public sealed class MeshSession
{
    /// <summary>Largest frame of the protocol, in both directions, without its length.</summary>
    public const int MaxFrameSize = 10 * 1024 * 1024;

    /// <summary>Our own bound for what a stranger may make us keep before it has introduced itself.</summary>
    public const int MaxIntroductionSize = 256 * 1024;

    private const byte FlagPlain = 0;
    private const byte FlagEncrypted = 1;
    private const int LengthSize = sizeof(uint);

    private readonly MeshSessionOptions _options;
    private readonly ByteQueue _input = new();
    private readonly byte[]? _privateKey;
    private readonly byte[]? _publicKey;
    private Stage _stage = Stage.Header;
    private int _version;
    private int _described; // version 1: bytes of type descriptions that wait for the features
    private byte[]? _sessionKey;
    private MessageNonce? _sendNonce;
    private MessageNonce? _receiveNonce;
    private OutgoingGuard? _guard;

    public MeshSession(MeshSessionOptions options, IRandom random)
    {
        _options = options with { Password = string.IsNullOrEmpty(options.Password) ? null : options.Password };
        if (_options.Password is not null)
        {
            _privateKey = new byte[BoxKeys.Size];
            _publicKey = new byte[BoxKeys.Size];
            random.Fill(_privateKey);
            BoxKeys.DerivePublic(_publicKey, _privateKey);
        }
    }

    private enum Stage
    {
        Header,
        Flag,
        PublicKey,
        Features,
        Messages,
        Failed,
    }

    /// <summary>The handshake is done and nothing has failed since.</summary>
    public bool IsIntroduced => _stage == Stage.Messages;

    public bool IsFailed => _stage == Stage.Failed;

    /// <summary>Writes what is sent without waiting for the other side. Call once, first.</summary>
    public void Start(IBufferWriter<byte> output)
    {
        Span<byte> header = output.GetSpan(ProtocolHeader.Size);
        OurHeader.Write(header);
        output.Advance(ProtocolHeader.Size);
    }

    /// <summary>Takes any piece of what the other side sent; adds what was found to <paramref name="events"/> and writes replies.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output, ICollection<MeshSessionEvent> events)
    {
        if (IsFailed)
        {
            return;
        }

        _input.Append(bytes);
        while (!IsFailed && Step(output, events))
        {
        }

        _input.Compact();
    }

    /// <summary>Frames and encrypts one message.</summary>
    /// <returns>
    /// Null when it was written. Otherwise why it must not be sent (docs/wire/mesh.md §8: too long, or poison for
    /// original peers); nothing was written then and the session goes on. Nothing is written after a failure either.
    /// </returns>
    /// <exception cref="InvalidOperationException">The handshake is not done.</exception>
    public string? WriteMessage(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        if (IsFailed)
        {
            return "the connection has failed";
        }

        if (_guard is null)
        {
            throw new InvalidOperationException("no message can be sent before the handshake is done");
        }

        if (_guard.Refuse(message) is { } refusal)
        {
            return refusal;
        }

        WriteFrame(message, output);
        return null;
    }

    private ProtocolHeader OurHeader => new((byte)_options.MinVersion, (byte)_options.MaxVersion);

    /// <summary>Takes the next piece off the input, if it is all there. False when more is needed.</summary>
    private bool Step(IBufferWriter<byte> output, ICollection<MeshSessionEvent> events) => _stage switch
    {
        Stage.Header => StepHeader(output, events),
        Stage.Flag => StepFlag(output, events),
        Stage.PublicKey => StepPublicKey(output, events),
        Stage.Features => StepFeatures(events),
        _ => StepMessage(events),
    };

    private bool StepHeader(IBufferWriter<byte> output, ICollection<MeshSessionEvent> events)
    {
        if (!_input.TryTake(ProtocolHeader.Size, out ReadOnlySpan<byte> raw))
        {
            return false;
        }

        if (!ProtocolHeader.TryRead(raw, out ProtocolHeader theirs))
        {
            string bytes = string.Join(' ', raw[..ProtocolHeader.Magic.Length].ToArray());
            return Fail($"remote protocol header not recognised: [{bytes}]", events);
        }

        if (!OurHeader.TryAgree(theirs, out _version))
        {
            return Fail(
                $"remote version range [{theirs.MinVersion},{theirs.MaxVersion}] is incompatible with ours [{_options.MinVersion},{_options.MaxVersion}]",
                events);
        }

        if (_version == 1)
        {
            WriteVersion1Features(output);
            _stage = Stage.Features;
        }
        else
        {
            output.Write([_publicKey is null ? FlagPlain : FlagEncrypted]);
            output.Write(_publicKey);
            _stage = Stage.Flag;
        }

        return true;
    }

    private bool StepFlag(IBufferWriter<byte> output, ICollection<MeshSessionEvent> events)
    {
        if (!_input.TryTake(1, out ReadOnlySpan<byte> flag))
        {
            return false;
        }

        switch (flag[0])
        {
            case FlagPlain when _publicKey is not null:
                return Fail(Reasons.ExpectedEncryption, events);
            case FlagEncrypted when _publicKey is null:
                return Fail(Reasons.ExpectedNoEncryption, events);
            case FlagPlain:
                WriteFeatures(output);
                return true;
            case FlagEncrypted:
                _stage = Stage.PublicKey;
                return true;
            default:
                return Fail($"Bad encryption flag {flag[0]}", events);
        }
    }

    private bool StepPublicKey(IBufferWriter<byte> output, ICollection<MeshSessionEvent> events)
    {
        if (!_input.TryTake(BoxKeys.Size, out ReadOnlySpan<byte> remoteKey))
        {
            return false;
        }

        if (!TryAgree(remoteKey))
        {
            return Fail(Reasons.BadPublicKey, events);
        }

        WriteFeatures(output);
        return true;
    }

    private bool StepFeatures(ICollection<MeshSessionEvent> events)
    {
        ReadOnlySpan<byte> stream = default;
        if (_version == 1 ? !TryTakeVersion1Features(events, out stream) : !TryTakeFrame(events, MaxIntroductionSize, out stream))
        {
            return false;
        }

        if (_version != 1 && !TryOpen(stream, out stream))
        {
            return Fail(Reasons.CannotDecrypt, events);
        }

        if (!FeatureMap.TryRead(stream, out SortedDictionary<string, string> features, out string? error))
        {
            return Fail(error!, events);
        }

        return _version == 1 ? IntroduceVersion1(features, events) : Introduce(features, events);
    }

    private bool StepMessage(ICollection<MeshSessionEvent> events)
    {
        if (!TryTakeFrame(events, MaxFrameSize, out ReadOnlySpan<byte> frame))
        {
            return false;
        }

        if (_version == 1 && !TryUnwrapVersion1(events, ref frame))
        {
            return !IsFailed;
        }

        if (_receiveNonce is null)
        {
            events.Add(new MeshSessionEvent.Message(frame.ToArray()));
            return true;
        }

        byte[] message = new byte[Math.Max(0, frame.Length - SecretBox.TagSize)];
        if (!SecretBox.TryOpen(message, frame, _receiveNonce.Next(), _sessionKey))
        {
            return Fail(Reasons.CannotDecrypt, events);
        }

        events.Add(new MeshSessionEvent.Message(message));
        return true;
    }

    /// <summary>The remote's key is either in the features or we expected none.</summary>
    private bool IntroduceVersion1(SortedDictionary<string, string> features, ICollection<MeshSessionEvent> events)
    {
        bool offered = features.TryGetValue(FeatureKeys.PublicKey, out string? hex);
        if (offered != _publicKey is not null)
        {
            return Fail(offered ? Reasons.ExpectedNoEncryption : Reasons.ExpectedEncryption, events);
        }

        if (offered)
        {
            Span<byte> remoteKey = stackalloc byte[BoxKeys.Size];
            if (Convert.FromHexString(hex!, remoteKey, out int consumed, out int written) != OperationStatus.Done
                || consumed != hex!.Length || written != BoxKeys.Size || !TryAgree(remoteKey))
            {
                return Fail(Reasons.BadPublicKey, events);
            }
        }

        foreach (string key in features.Keys.Except(FeatureKeys.Version1).ToList())
        {
            features.Remove(key);
        }

        return Introduce(features, events);
    }

    private bool Introduce(SortedDictionary<string, string> features, ICollection<MeshSessionEvent> events)
    {
        _stage = Stage.Messages;
        _guard = new OutgoingGuard(_version, _options.Features, features);
        events.Add(new MeshSessionEvent.Introduced(_version, features, (byte[]?)_sessionKey?.Clone()));
        return true;
    }

    private bool TryAgree(ReadOnlySpan<byte> remoteKey)
    {
        byte[] key = new byte[SessionKey.Size];
        if (!SessionKey.TryDerive(key, remoteKey, _privateKey, _options.Password!))
        {
            return false;
        }

        _sessionKey = key;
        _sendNonce = new MessageNonce(_options.Outbound);
        _receiveNonce = new MessageNonce(!_options.Outbound);
        return true;
    }

    /// <summary>Decrypts a frame of the handshake; without encryption it is what it is.</summary>
    private bool TryOpen(ReadOnlySpan<byte> frame, out ReadOnlySpan<byte> content)
    {
        content = frame;
        if (_receiveNonce is null)
        {
            return true;
        }

        byte[] opened = new byte[Math.Max(0, frame.Length - SecretBox.TagSize)];
        content = opened;
        return SecretBox.TryOpen(opened, frame, _receiveNonce.Next(), _sessionKey);
    }

    /// <summary>Version 2: length (4), content. Version 1: one message of the gob stream with its size.</summary>
    private bool TryTakeFrame(ICollection<MeshSessionEvent> events, int maxSize, out ReadOnlySpan<byte> frame)
    {
        frame = default;
        ReadOnlySpan<byte> waiting = _input.Bytes;
        if (!TryReadLength(waiting, out int prefix, out ulong size))
        {
            return waiting.Length >= GobNumbers.MaxSize && Fail(GobErrors.BadValue, events);
        }

        if (size > (ulong)maxSize)
        {
            return Fail($"incoming message exceeds maximum size: {size} > {maxSize}", events);
        }

        if (!_input.TryTake(prefix + (int)size, out frame))
        {
            return false;
        }

        frame = _version == 1 ? frame : frame[prefix..];
        return true;
    }

    private bool TryReadLength(ReadOnlySpan<byte> waiting, out int prefix, out ulong size)
    {
        if (_version == 1)
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
    private bool TryTakeVersion1Features(ICollection<MeshSessionEvent> events, out ReadOnlySpan<byte> stream)
    {
        stream = default;
        ReadOnlySpan<byte> waiting = _input.Bytes;
        ReadOnlySpan<byte> rest = waiting[_described..];
        while (GobNumbers.TryReadUnsigned(ref rest, out ulong size) && size <= (ulong)rest.Length)
        {
            ReadOnlySpan<byte> message = rest[..(int)size];
            rest = rest[(int)size..];
            if (!GobNumbers.TryReadUnsigned(ref message, out ulong id))
            {
                return Fail(GobErrors.BadValue, events);
            }

            if (GobNumbers.UnZigZag(id) >= 0)
            {
                return _input.TryTake(waiting.Length - rest.Length, out stream);
            }

            _described = waiting.Length - rest.Length;
        }

        return waiting.Length > MaxIntroductionSize && Fail("introduction too long", events);
    }

    /// <summary>A message of version 1 is a byte slice; anything else in the stream can only be another description, which is ignored.</summary>
    private bool TryUnwrapVersion1(ICollection<MeshSessionEvent> events, ref ReadOnlySpan<byte> frame)
    {
        GobReader reader = new(frame);
        bool found = reader.NextValue(GobType.Bytes);
        frame = found ? reader.Bytes() : default;
        return reader.Error is { } error ? Fail(error, events) : found;
    }

    private void WriteFeatures(IBufferWriter<byte> output)
    {
        WriteFrame(FeatureMap.Write(_options.Features), output);
        _stage = Stage.Features;
    }

    private void WriteVersion1Features(IBufferWriter<byte> output)
    {
        SortedDictionary<string, string> features = new(StringComparer.Ordinal);
        foreach (string key in FeatureKeys.Version1)
        {
            if (_options.Features.TryGetValue(key, out string? value))
            {
                features[key] = value;
            }
        }

        if (_publicKey is not null)
        {
            features[FeatureKeys.PublicKey] = Convert.ToHexStringLower(_publicKey);
        }

        output.Write(FeatureMap.Write(features));
    }

    /// <summary>Framing and encryption alone.</summary>
    internal void WriteFrame(ReadOnlySpan<byte> content, IBufferWriter<byte> output)
    {
        int size = content.Length + (_sendNonce is null ? 0 : SecretBox.TagSize);
        int prefix = _version == 1 ? GobFrame.HeaderSize(size) : LengthSize;
        Span<byte> frame = output.GetSpan(prefix + size)[..(prefix + size)];
        if (_version == 1)
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
            SecretBox.Seal(frame[prefix..], content, _sendNonce.Next(), _sessionKey);
        }

        output.Advance(prefix + size);
    }

    private bool Fail(string reason, ICollection<MeshSessionEvent> events)
    {
        _stage = Stage.Failed;
        _input.Clear();
        events.Add(new MeshSessionEvent.Failed(reason));
        return false;
    }

    /// <summary>Texts that users of the original know, in their spelling.</summary>
    private static class Reasons
    {
        internal const string ExpectedEncryption = "password specified, but peer requested an unencrypted connection";
        internal const string ExpectedNoEncryption = "no password specificed, but peer requested an encrypted connection";
        internal const string CannotDecrypt = "Unable to decrypt TCP msg";
        internal const string BadPublicKey = "peer sent an unusable public key";
    }
}
