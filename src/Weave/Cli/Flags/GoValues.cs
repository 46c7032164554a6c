using System.Buffers;
using System.Globalization;

namespace Weave.Cli.Flags;

/// <summary>Values of flags as the original reads them, with its words for what is wrong.</summary>
internal static class GoValues
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>Decimal, <c>0x</c>, <c>0b</c>, <c>0o</c> or octal with a leading zero; may be negative.</summary>
    /// <exception cref="FormatException">Not a number that fits.</exception>
    internal static int Int(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan();
        bool negative = digits is ['-', ..];
        if (digits is ['-', ..] or ['+', ..])
        {
            digits = digits[1..];
        }

        (int radix, int skip) = digits switch
        {
            ['0', 'x' or 'X', ..] => (16, 2),
            ['0', 'b' or 'B', ..] => (2, 2),
            ['0', 'o' or 'O', ..] => (8, 2),
            ['0', _, ..] => (8, 1),
            _ => (10, 0),
        };
        digits = digits[skip..];
        long value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix)
            {
                throw Syntax("ParseInt", text);
            }

            value = (value * radix) + digit;
            if (value > int.MaxValue)
            {
                throw new FormatException($"strconv.ParseInt: parsing \"{text}\": value out of range");
            }
        }

        return digits.IsEmpty ? throw Syntax("ParseInt", text) : (int)(negative ? -value : value);
    }

    /// <exception cref="FormatException">None of 1, t, true, 0, f, false in the cases that are accepted.</exception>
    internal static bool Bool(string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Syntax("ParseBool", text),
    };

    /// <summary>A sequence of numbers with units, such as <c>1m30s</c> or <c>500ms</c>.</summary>
    /// <exception cref="FormatException">Not such a sequence.</exception>
    internal static TimeSpan Duration(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan();
        bool negative = rest is ['-', ..];
        rest = rest is ['-', ..] or ['+', ..] ? rest[1..] : rest;
        if (rest is "0")
        {
            return TimeSpan.Zero;
        }

        double seconds = 0;
        if (rest.IsEmpty)
        {
            throw BadDuration(text);
        }

        while (!rest.IsEmpty)
        {
            int length = rest.IndexOfAnyExcept(Digits);
            if (length == 0 || !double.TryParse(length < 0 ? rest : rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
            {
                throw BadDuration(text);
            }

            if (length < 0)
            {
                throw new FormatException($"time: missing unit in duration \"{text}\"");
            }

            rest = rest[length..];
            length = rest.IndexOfAny(Digits);
            ReadOnlySpan<char> unit = length < 0 ? rest : rest[..length];
            seconds += number * SecondsOf(unit, text);
            rest = rest[unit.Length..];
        }

        return seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(negative ? -seconds : seconds) : throw BadDuration(text);
    }

    private static double SecondsOf(ReadOnlySpan<char> unit, string text) => unit switch
    {
        "ns" => 1e-9,
        "us" or "µs" or "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => throw new FormatException($"time: unknown unit \"{unit}\" in duration \"{text}\""),
    };

    private static FormatException Syntax(string function, string text) =>
        new($"strconv.{function}: parsing \"{text}\": invalid syntax");

    private static FormatException BadDuration(string text) => new($"time: invalid duration \"{text}\"");
}
