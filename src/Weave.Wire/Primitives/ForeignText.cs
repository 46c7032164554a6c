using System.Globalization;
using System.Text;

namespace Weave.Wire.Primitives;

/// <summary>
/// Text from another peer that people will see: never longer than <see cref="PeerLimits.TextLength"/>, and without
/// characters that act on a terminal or end a line. Reading it again changes nothing.
/// </summary>
public static class ForeignText
{
    private const char Replacement = '?';

    public static string Read(ReadOnlySpan<byte> utf8)
    {
        bool plain = utf8.Length <= PeerLimits.TextLength && utf8.IndexOfAnyExceptInRange((byte)' ', (byte)'~') < 0;
        int most = Math.Min(utf8.Length, 4 * PeerLimits.TextLength); // no character takes more bytes
        return plain ? Encoding.ASCII.GetString(utf8) : Read(Encoding.UTF8.GetString(utf8[..most]));
    }

    public static string Read(string text)
    {
        ReadOnlySpan<char> kept = text.AsSpan(0, Math.Min(text.Length, PeerLimits.TextLength));
        if (kept.Length > 0 && kept.Length < text.Length && char.IsHighSurrogate(kept[^1]))
        {
            kept = kept[..^1];
        }

        return kept.Length == text.Length && IsHarmless(kept) ? text : Clean(kept);
    }

    /// <summary>What acts on a terminal or a line, made harmless; of any length.</summary>
    public static string Clean(ReadOnlySpan<char> text)
    {
        if (IsHarmless(text))
        {
            return text.ToString();
        }

        StringBuilder output = new(text.Length);
        foreach (char c in text)
        {
            output.Append(Acts(c) ? Replacement : c);
        }

        return output.ToString();
    }

    private static bool IsHarmless(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or > '~' && Acts(c))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Controls, and marks that turn the direction of writing or break a line.</summary>
    private static bool Acts(char c) => char.IsControl(c)
        || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
