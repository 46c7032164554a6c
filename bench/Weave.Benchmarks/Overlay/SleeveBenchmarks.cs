using BenchmarkDotNet.Attributes;
using Weave.Core.Overlay;
using Weave.Core.Primitives;
using Weave.Wire.Packet;
using Weave.Wire.Primitives;

namespace Weave.Benchmarks.Overlay;

/// <summary>What one datagram of 1,400 bytes costs: sealing, opening, refusing a forgery; and the checksum of a segment.</summary>
[MemoryDiagnoser]
public class SleeveBenchmarks
{
    private const int Size = 1472;

    private readonly byte[] _datagram = new byte[Size];
    private readonly byte[] _forged = new byte[Size];
    private readonly byte[] _copy = new byte[Size];
    private readonly SecretboxCipher _secretbox = new(new byte[32], outbound: true);
    private readonly AeadCipher _aes = new(AeadAlgorithm.Aes256Gcm, new byte[32], new PeerName(1), new PeerName(2), 3);
    private readonly AeadCipher _chaCha = new(AeadAlgorithm.ChaCha20Poly1305, new byte[32], new PeerName(1), new PeerName(2), 3);

    [GlobalSetup]
    public void Setup()
    {
        new SeededRandom(1).Fill(_datagram);
        new SeededRandom(2).Fill(_forged);
        // The first epoch, so that the forgery costs a whole check.
        _forged.AsSpan(6, 8).Clear();
    }

    [Benchmark]
    public void SealSecretbox() => _secretbox.Seal(_datagram, dontFragment: true);

    [Benchmark]
    public void SealAes() => _aes.Seal(_datagram, dontFragment: true);

    [Benchmark]
    public void SealChaCha() => _chaCha.Seal(_datagram, dontFragment: true);

    [Benchmark]
    public SleeveOpening RefuseSecretbox() => _secretbox.Open(_forged, out _);

    [Benchmark]
    public SleeveOpening RefuseAes() => _aes.Open(_forged, out _);

    [Benchmark]
    public ushort Checksum() => InternetChecksum.Of(_datagram);

    [Benchmark]
    public void Copy() => _datagram.CopyTo(_copy, 0);
}
