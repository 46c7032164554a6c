namespace Weave.Wire.Mesh;

/// <summary>The first seven bytes each way: which versions a peer speaks.</summary>
/// <remarks>docs/wire/mesh.md §1.3: "weave" (5) | minimum version (1) | maximum version (1)</remarks>
public readonly record struct ProtocolHeader(byte MinVersion, byte MaxVersion)
{
    public const int Size = 7;

    public static ReadOnlySpan<byte> Magic => "weave"u8;

    /// <summary>Reads exactly <see cref="Size"/> bytes. False when they do not begin with <see cref="Magic"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> raw, out ProtocolHeader header)
    {
        header = new ProtocolHeader(raw[Magic.Length], raw[Magic.Length + 1]);
        return raw.StartsWith(Magic);
    }

    /// <summary>Writes the first <see cref="Size"/> bytes.</summary>
    public void Write(Span<byte> raw)
    {
        Magic.CopyTo(raw);
        raw[Magic.Length] = MinVersion;
        raw[Magic.Length + 1] = MaxVersion;
    }

    /// <summary>The highest version that both speak. False when there is none.</summary>
    public bool TryAgree(ProtocolHeader other, out int version)
    {
        version = Math.Min(MaxVersion, other.MaxVersion);
        return version >= Math.Max(MinVersion, other.MinVersion);
    }
}
