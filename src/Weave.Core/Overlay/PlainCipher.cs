using Weave.Wire.Sleeve;

namespace Weave.Core.Overlay;

/// <summary>Data in the clear: no password, or both ends trust the network between them.</summary>
public sealed class PlainCipher : SleeveCipher
{
    public override string Name => "";

    public override int HeaderSize => SleeveDatagram.PlainHeaderSize;

    public override void Seal(Span<byte> datagram, bool dontFragment)
    {
    }

    public override SleeveOpening Open(Span<byte> datagram, out Span<byte> frames)
    {
        bool enough = datagram.Length >= HeaderSize;
        frames = enough ? datagram[HeaderSize..] : default;
        return enough ? SleeveOpening.Opened : SleeveOpening.TooShort;
    }
}
