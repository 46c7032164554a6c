using System.Buffers.Binary;
using System.Security.Cryptography;
using Weave.Core.Primitives;

namespace Weave.Mesh;

/// <summary>The kernel's dice, fit for keys. Safe from any thread.</summary>
internal sealed class KernelRandom : IRandom
{
    public void Fill(Span<byte> bytes) => RandomNumberGenerator.Fill(bytes);

    public ulong NextUInt64()
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(word);
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    public int Next(int exclusiveMax) => RandomNumberGenerator.GetInt32(exclusiveMax);

    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));
}
