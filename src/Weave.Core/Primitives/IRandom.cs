namespace Weave.Core.Primitives;

/// <summary>The dice. The daemon's are the kernel's; a simulation's come from its seed.</summary>
public interface IRandom
{
    /// <summary>Fills <paramref name="bytes"/> with random bytes, fit for keys when the source is.</summary>
    void Fill(Span<byte> bytes);

    ulong NextUInt64();

    /// <summary>Uniform in 0 to <paramref name="exclusiveMax"/> - 1, which must be positive.</summary>
    int Next(int exclusiveMax);

    /// <summary>Uniform in [0, 1).</summary>
    double NextDouble();
}
