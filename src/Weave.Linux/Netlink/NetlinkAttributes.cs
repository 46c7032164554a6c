namespace Weave.Linux.Netlink;

/// <summary>Walks over attributes: length (2) | type (2) | value, padded to four bytes. A view; stops at what is malformed.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> rest)
{
    private const ushort TypeMask = 0x3FFF;

    private ReadOnlySpan<byte> _rest = rest;

    internal ushort Type { get; private set; }

    internal ReadOnlySpan<byte> Value { get; private set; }

    internal readonly uint Number => Value.Length >= 4 ? BitConverter.ToUInt32(Value) : Value.Length == 0 ? 0u : Value[0];

    internal readonly string Text => System.Text.Encoding.UTF8.GetString(Value).TrimEnd('\0');

    /// <summary>Steps to the next attribute; false at the end.</summary>
    internal bool Next()
    {
        if (_rest.Length < 4)
        {
            return false;
        }

        int length = BitConverter.ToUInt16(_rest);
        if (length < 4 || length > _rest.Length)
        {
            return false;
        }

        Type = (ushort)(BitConverter.ToUInt16(_rest[2..]) & TypeMask);
        Value = _rest[4..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
