using System.Buffers.Binary;

namespace Weave.Core.Primitives;

/// <summary>Repeatable dice (SplitMix64): the same seed gives the same run in every process. Not for keys.</summary>
public sealed class SeededRandom(ulong seed) : IRandom
{
    private ulong _state = seed;

    public ulong NextUInt64()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    public int Next(int exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        return (int)(((UInt128)NextUInt64() * (uint)exclusiveMax) >> 64);
    }

    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public void Fill(Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        while (!bytes.IsEmpty)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, NextUInt64());
            int n = Math.Min(bytes.Length, word.Length);
            word[..n].CopyTo(bytes);
            bytes = bytes[n..];
        }
    }
}
