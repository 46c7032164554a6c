using System.Buffers.Binary;
using System.Text;
using Weave.Wire.Primitives;

namespace Weave.Linux.Netlink;

/// <summary>Builds one rtnetlink message: header, the fixed struct of its kind, then attributes, each padded to four bytes.</summary>
/// <remarks>struct nlmsghdr: length (4) | type (2) | flags (2) | sequence (4) | port (4), in the machine's byte order.</remarks>
internal sealed class NetlinkRequest
{
    internal const int HeaderSize = 16;

    private const ushort Nested = 0x8000;

    private byte[] _buffer = new byte[512];
    private int _length = HeaderSize;

    internal NetlinkRequest(ushort type, ushort flags)
    {
        BitConverter.TryWriteBytes(_buffer.AsSpan(4), type);
        BitConverter.TryWriteBytes(_buffer.AsSpan(6), flags);
    }

    /// <summary>The whole message, with its length filled in.</summary>
    internal ReadOnlySpan<byte> Finish(uint sequence)
    {
        BitConverter.TryWriteBytes(_buffer.AsSpan(0), (uint)_length);
        BitConverter.TryWriteBytes(_buffer.AsSpan(8), sequence);
        return _buffer.AsSpan(0, _length);
    }

    /// <summary>struct ifinfomsg: family (1) | pad (1) | type (2) | index (4) | flags (4) | mask of changed flags (4).</summary>
    internal NetlinkRequest LinkHeader(int index, uint flags = 0, uint changed = 0, byte family = 0)
    {
        Span<byte> header = Take(16);
        header[0] = family;
        BitConverter.TryWriteBytes(header[4..], index);
        BitConverter.TryWriteBytes(header[8..], flags);
        BitConverter.TryWriteBytes(header[12..], changed);
        return this;
    }

    /// <summary>A fixed struct that is all bytes and one number.</summary>
    internal NetlinkRequest Header(ReadOnlySpan<byte> raw)
    {
        raw.CopyTo(Take(raw.Length));
        return this;
    }

    internal NetlinkRequest Add(ushort type, ReadOnlySpan<byte> value)
    {
        Span<byte> attribute = Take((4 + value.Length + 3) & ~3);
        BitConverter.TryWriteBytes(attribute, (ushort)(4 + value.Length));
        BitConverter.TryWriteBytes(attribute[2..], type);
        value.CopyTo(attribute[4..]);
        return this;
    }

    internal NetlinkRequest Add(ushort type, byte value) => Add(type, [value]);

    internal NetlinkRequest Add(ushort type, uint value) => Add(type, BitConverter.GetBytes(value));

    internal NetlinkRequest Add(ushort type, int value) => Add(type, BitConverter.GetBytes(value));

    /// <summary>Text with its terminating zero.</summary>
    internal NetlinkRequest Add(ushort type, string value) => Add(type, Encoding.UTF8.GetBytes(value + '\0'));

    internal NetlinkRequest Add(ushort type, Ipv4Address value)
    {
        Span<byte> raw = stackalloc byte[Ipv4Address.Size];
        value.Write(raw);
        return Add(type, raw);
    }

    internal NetlinkRequest Add(ushort type, MacAddress value)
    {
        Span<byte> raw = stackalloc byte[MacAddress.Size];
        value.Write(raw);
        return Add(type, raw);
    }

    internal NetlinkRequest AddBigEndian(ushort type, ushort value)
    {
        Span<byte> raw = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(raw, value);
        return Add(type, raw);
    }

    /// <summary>An attribute that holds what <paramref name="content"/> adds.</summary>
    internal NetlinkRequest AddNested(ushort type, Action<NetlinkRequest> content)
    {
        int start = _length;
        Take(4);
        content(this);
        BitConverter.TryWriteBytes(_buffer.AsSpan(start), (ushort)(_length - start));
        BitConverter.TryWriteBytes(_buffer.AsSpan(start + 2), (ushort)(type | Nested));
        return this;
    }

    private Span<byte> Take(int size)
    {
        if (_length + size > _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + size));
        }

        Span<byte> taken = _buffer.AsSpan(_length, size);
        _length += size;
        return taken;
    }
}
