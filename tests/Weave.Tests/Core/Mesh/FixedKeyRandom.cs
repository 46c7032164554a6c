using Weave.Core.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>Dice that fall on a recorded private key.</summary>
internal sealed class FixedKeyRandom(byte[] key) : IRandom
{
    public void Fill(Span<byte> bytes) => key.CopyTo(bytes);

    public ulong NextUInt64() => throw new InvalidOperationException("a session draws nothing but its key");

    public int Next(int exclusiveMax) => throw new InvalidOperationException("a session draws nothing but its key");

    public double NextDouble() => throw new InvalidOperationException("a session draws nothing but its key");
}
