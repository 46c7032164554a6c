using System.Buffers;
using Weave.Core.Crypto;
using Weave.Core.Primitives;
using Weave.Wire.Mesh;

namespace Weave.Core.Mesh;

/// <summary>
/// One TCP connection between peers, without the TCP: the handshake of both protocol versions, then messages, over
/// <see cref="MeshFrames"/>. Bytes come in split in any way, whole messages come out. Not thread-safe; time-outs are the
/// caller's.
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

    private readonly MeshSessionOptions _options;
    private readonly MeshFrames _frames = new();
    private readonly byte[]? _privateKey;
    private readonly byte[]? _publicKey;
    private Stage _stage = Stage.Header;
    private OutgoingGuard? _guard;
    private IReadOnlyDictionary<string, string>? _remoteFeatures;

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

        _frames.Append(bytes);
        while (!IsFailed && Step(output, events))
        {
        }

        _frames.Compact();
    }

    /// <summary>
    /// Introduces ourselves to a remote that has introduced itself: once, before any message, in a session whose options
    /// say <see cref="MeshSessionOptions.WaitsForRemote"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The remote has not, or we have already.</exception>
    public void IntroduceOurselves(IReadOnlyDictionary<string, string> features, IBufferWriter<byte> output)
    {
        if (_remoteFeatures is null || _guard is not null)
        {
            throw new InvalidOperationException("not the moment to introduce ourselves");
        }

        WriteFeatures(features, output);
        _guard = new OutgoingGuard(_frames.Version, features, _remoteFeatures);
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
        if (!_frames.TryTake(ProtocolHeader.Size, out ReadOnlySpan<byte> raw))
        {
            return false;
        }

        if (!ProtocolHeader.TryRead(raw, out ProtocolHeader theirs))
        {
            string bytes = string.Join(' ', raw[..ProtocolHeader.Magic.Length].ToArray());
            return Fail($"remote protocol header not recognised: [{bytes}]", events);
        }

        if (!OurHeader.TryAgree(theirs, out int version))
        {
            return Fail(
                $"remote version range [{theirs.MinVersion},{theirs.MaxVersion}] is incompatible with ours [{_options.MinVersion},{_options.MaxVersion}]",
                events);
        }

        _frames.Version = version;
        if (version == 1)
        {
            WriteOurFeatures(output);
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
        if (!_frames.TryTake(1, out ReadOnlySpan<byte> flag))
        {
            return false;
        }

        switch (flag[0])
        {
            case FlagPlain when _publicKey is not null:
                return Fail(MeshReasons.ExpectedEncryption, events);
            case FlagEncrypted when _publicKey is null:
                return Fail(MeshReasons.ExpectedNoEncryption, events);
            case FlagPlain:
                WriteOurFeatures(output);
                _stage = Stage.Features;
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
        if (!_frames.TryTake(BoxKeys.Size, out ReadOnlySpan<byte> remoteKey))
        {
            return false;
        }

        if (!TryAgree(remoteKey))
        {
            return Fail(MeshReasons.BadPublicKey, events);
        }

        WriteOurFeatures(output);
        _stage = Stage.Features;
        return true;
    }

    private bool StepFeatures(ICollection<MeshSessionEvent> events)
    {
        if (!_frames.TryTakeFeatures(MaxIntroductionSize, out ReadOnlySpan<byte> stream, out string? error))
        {
            return error is not null && Fail(error, events);
        }

        if (!FeatureMap.TryRead(stream, out SortedDictionary<string, string> features, out error))
        {
            return Fail(error!, events);
        }

        return _frames.Version == 1 ? IntroduceVersion1(features, events) : Introduce(features, events);
    }

    private bool StepMessage(ICollection<MeshSessionEvent> events)
    {
        if (!_frames.TryTakeMessage(MaxFrameSize, out byte[] message, out string? error))
        {
            return error is not null && Fail(error, events);
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
            return Fail(offered ? MeshReasons.ExpectedNoEncryption : MeshReasons.ExpectedEncryption, events);
        }

        if (offered)
        {
            Span<byte> remoteKey = stackalloc byte[BoxKeys.Size];
            if (Convert.FromHexString(hex!, remoteKey, out int consumed, out int written) != OperationStatus.Done
                || consumed != hex!.Length || written != BoxKeys.Size || !TryAgree(remoteKey))
            {
                return Fail(MeshReasons.BadPublicKey, events);
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
        _remoteFeatures = features;
        _guard = _options.WaitsForRemote ? null : new OutgoingGuard(_frames.Version, _options.Features, features);
        events.Add(new MeshSessionEvent.Introduced(_frames.Version, features, (byte[]?)_frames.Key?.Clone()));
        return true;
    }

    private bool TryAgree(ReadOnlySpan<byte> remoteKey)
    {
        byte[] key = new byte[SessionKey.Size];
        if (!SessionKey.TryDerive(key, remoteKey, _privateKey, _options.Password!))
        {
            return false;
        }

        _frames.Encrypt(key, _options.Outbound);
        return true;
    }

    /// <summary>As soon as the protocol lets us, unless we are to know first whom we speak to.</summary>
    private void WriteOurFeatures(IBufferWriter<byte> output)
    {
        if (!_options.WaitsForRemote)
        {
            WriteFeatures(_options.Features, output);
        }
    }

    private void WriteFeatures(IReadOnlyDictionary<string, string> ours, IBufferWriter<byte> output)
    {
        if (_frames.Version == 1)
        {
            WriteVersion1Features(ours, output);
        }
        else
        {
            WriteFrame(FeatureMap.Write(ours), output);
        }
    }

    private void WriteVersion1Features(IReadOnlyDictionary<string, string> ours, IBufferWriter<byte> output)
    {
        SortedDictionary<string, string> features = new(StringComparer.Ordinal);
        foreach (string key in FeatureKeys.Version1)
        {
            if (ours.TryGetValue(key, out string? value))
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
    internal void WriteFrame(ReadOnlySpan<byte> content, IBufferWriter<byte> output) => _frames.Write(content, output);

    private bool Fail(string reason, ICollection<MeshSessionEvent> events)
    {
        _stage = Stage.Failed;
        _frames.Clear();
        events.Add(new MeshSessionEvent.Failed(reason));
        return false;
    }
}
