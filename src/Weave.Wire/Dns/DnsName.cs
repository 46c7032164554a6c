using System.Globalization;
using System.Text;

namespace Weave.Wire.Dns;

/// <summary>
/// Domain names in wire form: labels of 1 to 63 bytes, each with its length in front, ended by a zero byte; 255 bytes
/// at most. In memory names are always whole; compression exists only inside messages.
/// </summary>
/// <remarks>docs/wire/dns.md §2.</remarks>
public static class DnsName
{
    /// <summary>Longest name in wire form, lengths and the final zero included.</summary>
    public const int MaxSize = 255;

    private const int MaxLabel = 63;
    private const byte PointerBits = 0xC0;

    /// <summary>Length of the uncompressed name at the start of <paramref name="bytes"/>, its final zero included.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> bytes, out int length)
    {
        length = 0;
        while (length < bytes.Length && length < MaxSize)
        {
            int label = bytes[length];
            if (label > MaxLabel)
            {
                return false;
            }

            length += 1 + label;
            if (label == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Steps over the name at <paramref name="offset"/>, which may end in a pointer. The pointer is not followed.</summary>
    public static bool TrySkip(ReadOnlySpan<byte> message, ref int offset)
    {
        int start = offset;
        int at = offset;
        while (at < message.Length && at - start < MaxSize)
        {
            int label = message[at];
            if ((label & PointerBits) == PointerBits)
            {
                offset = at + 2;
                return offset <= message.Length;
            }

            if (label > MaxLabel)
            {
                return false;
            }

            at += 1 + label;
            if (label == 0)
            {
                offset = at;
                return at <= message.Length;
            }
        }

        return false;
    }

    /// <summary>
    /// Copies the name at <paramref name="offset"/> without compression to <paramref name="name"/> (<see cref="MaxSize"/>
    /// bytes) and steps over it.
    /// </summary>
    /// <remarks>Each pointer must lead to before where the last one led, so no message can make this loop.</remarks>
    public static bool TryExpand(ReadOnlySpan<byte> message, ref int offset, Span<byte> name, out int length)
    {
        length = 0;
        int at = offset;
        int earliest = offset;
        int end = -1; // behind the name as it stands at offset; known once the first pointer is met
        while (at < message.Length)
        {
            int label = message[at];
            if ((label & PointerBits) == PointerBits)
            {
                if (at + 2 > message.Length)
                {
                    return false;
                }

                int target = ((label & ~PointerBits) << 8) | message[at + 1];
                end = end < 0 ? at + 2 : end;
                if (target >= earliest)
                {
                    return false;
                }

                earliest = target;
                at = target;
                continue;
            }

            if (label > MaxLabel || length + 1 + label > MaxSize || at + 1 + label > message.Length)
            {
                return false;
            }

            message.Slice(at, 1 + label).CopyTo(name[length..]);
            length += 1 + label;
            at += 1 + label;
            if (label == 0)
            {
                offset = end < 0 ? at : end;
                return true;
            }
        }

        return false;
    }

    /// <summary>Number of labels of a whole name, the root not counted.</summary>
    public static int CountLabels(ReadOnlySpan<byte> name)
    {
        int count = 0;
        for (int at = 0; name[at] != 0; at += 1 + name[at])
        {
            count++;
        }

        return count;
    }

    /// <summary>ASCII letters become small. Lengths are below the letters, so the whole name can be treated alike.</summary>
    public static void ToLower(ReadOnlySpan<byte> name, Span<byte> lower)
    {
        for (int i = 0; i < name.Length; i++)
        {
            byte b = name[i];
            lower[i] = (uint)(b - 'A') <= 'Z' - 'A' ? (byte)(b | 0x20) : b;
        }
    }

    /// <summary><paramref name="name"/> is <paramref name="domain"/> or below it. Both whole and in lower case.</summary>
    public static bool IsWithin(ReadOnlySpan<byte> name, ReadOnlySpan<byte> domain)
    {
        int at = 0;
        while (name.Length - at > domain.Length && name[at] != 0)
        {
            at += 1 + name[at];
        }

        return name[at..].SequenceEqual(domain);
    }

    /// <summary>
    /// Wire form of a name written with dots; <c>\.</c> and <c>\ddd</c> stand for one byte each, and a missing final dot is
    /// added. False when it has an empty label, a label over 63 bytes, or over 255 bytes in all.
    /// </summary>
    /// <param name="text">The name.</param>
    /// <param name="name">Room for <see cref="MaxSize"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    public static bool TryParse(ReadOnlySpan<char> text, Span<byte> name, out int length)
    {
        length = 0;
        if (text is ".")
        {
            name[length++] = 0;
            return true;
        }

        int labelAt = 0;
        int at = 1;
        Span<byte> utf8 = stackalloc byte[4];
        while (!text.IsEmpty)
        {
            if (text[0] == '.')
            {
                if (!CloseLabel(name, ref labelAt, at))
                {
                    return false;
                }

                at++;
                text = text[1..];
                continue;
            }

            if (!TryTakeCharacter(ref text, utf8, out int bytes) || at + bytes > MaxSize - 1)
            {
                return false;
            }

            utf8[..bytes].CopyTo(name[at..]);
            at += bytes;
        }

        if (at - labelAt > 1)
        {
            if (!CloseLabel(name, ref labelAt, at))
            {
                return false;
            }

            at++;
        }

        name[labelAt] = 0;
        length = at;
        return labelAt > 0 && length <= MaxSize;
    }

    /// <summary>The name with dots, ending in one; dots inside labels and unprintable bytes are escaped.</summary>
    public static string ToText(ReadOnlySpan<byte> name)
    {
        if (name.Length <= 1)
        {
            return ".";
        }

        StringBuilder text = new(name.Length);
        for (int at = 0; name[at] != 0; at += 1 + name[at])
        {
            foreach (byte b in name.Slice(at + 1, name[at]))
            {
                AppendByte(text, b);
            }

            text.Append('.');
        }

        return text.ToString();
    }

    private static void AppendByte(StringBuilder text, byte b)
    {
        if (b is (byte)'.' or (byte)'\\')
        {
            text.Append('\\').Append((char)b);
        }
        else if (b is > 0x20 and < 0x7F)
        {
            text.Append((char)b);
        }
        else
        {
            text.Append('\\').Append(b.ToString("D3", CultureInfo.InvariantCulture));
        }
    }

    private static bool CloseLabel(Span<byte> name, ref int labelAt, int at)
    {
        int label = at - labelAt - 1;
        if (label is 0 or > MaxLabel || at >= MaxSize)
        {
            return false;
        }

        name[labelAt] = (byte)label;
        labelAt = at;
        return true;
    }

    private static bool TryTakeCharacter(ref ReadOnlySpan<char> text, scoped Span<byte> utf8, out int bytes)
    {
        bytes = 1;
        if (text[0] != '\\')
        {
            bool valid = Rune.DecodeFromUtf16(text, out Rune rune, out int used) == System.Buffers.OperationStatus.Done;
            text = text[used..];
            bytes = valid ? rune.EncodeToUtf8(utf8) : 0;
            return valid;
        }

        if (text.Length >= 4 && char.IsAsciiDigit(text[1]))
        {
            bool isByte = byte.TryParse(text.Slice(1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out utf8[0]);
            text = text[4..];
            return isByte;
        }

        if (text.Length < 2 || !char.IsAscii(text[1]))
        {
            return false;
        }

        utf8[0] = (byte)text[1];
        text = text[2..];
        return true;
    }
}
