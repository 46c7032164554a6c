using System.Buffers.Binary;

namespace Weave.Simulation;

/// <summary>Condenses a run: two runs with the same hash did the same things with the same bytes at the same times.</summary>
internal sealed class TraceHash
{
    private const ulong Prime = 0x9E37_79B9_7F4A_7C15;

    internal ulong Value { get; private set; } = 0xCBF2_9CE4_8422_2325;

    internal void Add(ulong word) => Value = (ulong.RotateLeft(Value, 29) ^ word) * Prime;

    internal void Add(ReadOnlySpan<byte> bytes)
    {
        Add((ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (byte rest in bytes)
        {
            Add(rest);
        }
    }
}
