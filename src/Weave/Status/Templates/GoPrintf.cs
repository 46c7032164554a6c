using System.Globalization;
using System.Text;

namespace Weave.Status.Templates;

/// <summary>The verbs of printf that reports use: <c>%v %s %d %q %t %f %g %x %%</c> with flags, width and precision.</summary>
internal static class GoPrintf
{
    private const int MaxWidth = 1000; // a width is a promise of memory

    /// <exception cref="TemplateException">The result has more than <paramref name="maxCharacters"/>: a short format promises long blanks.</exception>
    internal static string Format(string format, IReadOnlyList<TemplateValue> arguments, int maxCharacters)
    {
        StringBuilder output = new();
        int used = 0;
        for (int at = 0; at < format.Length; at++)
        {
            if (format[at] != '%')
            {
                output.Append(format[at]);
                continue;
            }

            string flags = Take(format, ref at, "+-# 0");
            int width = Number(Take(format, ref at, "0123456789"));
            int? precision = null;
            if (at + 1 < format.Length && format[at + 1] == '.')
            {
                at++;
                precision = Number(Take(format, ref at, "0123456789"));
            }

            if (++at == format.Length)
            {
                output.Append("%!(NOVERB)");
                break;
            }

            if (format[at] == '%')
            {
                output.Append('%');
                continue;
            }

            string text = used == arguments.Count ? $"%!{format[at]}(MISSING)" : Verb(format[at], flags, precision, arguments[used++]);
            output.Append(Pad(text, flags, width));
            if (output.Length > maxCharacters)
            {
                throw TemplateBudget.Exceeded();
            }
        }

        return used == arguments.Count ? output.ToString() : output.Append(Extra(arguments.Skip(used))).ToString();
    }

    private static string Verb(char verb, string flags, int? precision, TemplateValue value) => (verb, value) switch
    {
        ('v' or 's', TemplateValue.Text text) => Cut(text.Value, precision),
        ('v', TemplateValue.Real) or ('g', TemplateValue.Real) => value.ToString(),
        ('v' or 'd', TemplateValue.Integer number) => (flags.Contains('+') && number.Value >= 0 ? "+" : "") + value,
        ('v', _) or ('t', TemplateValue.Truth) or ('s', TemplateValue.Items or TemplateValue.Map or TemplateValue.Struct) => value.ToString(),
        ('q', TemplateValue.Text text) => "\"" + text.Value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"",
        ('x', TemplateValue.Integer number) => ((ulong)number.Value).ToString("x", CultureInfo.InvariantCulture),
        ('x', TemplateValue.Text text) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text.Value)),
        ('f', TemplateValue.Real number) => number.Value.ToString("F" + Math.Min(precision ?? 6, 20), CultureInfo.InvariantCulture),
        _ => $"%!{verb}({TypeOf(value)}={value})",
    };

    private static string Pad(string text, string flags, int width) =>
        flags.Contains('-') ? text.PadRight(width)
        : flags.Contains('0') && text.Length > 0 && char.IsAsciiDigit(text[^1]) ? text.PadLeft(width, '0')
        : text.PadLeft(width);

    private static string Cut(string text, int? precision) => precision is { } most && text.Length > most ? text[..most] : text;

    private static string Take(string format, ref int at, string set)
    {
        int start = at + 1;
        while (at + 1 < format.Length && set.Contains(format[at + 1]))
        {
            at++;
        }

        return format[start..(at + 1)];
    }

    private static int Number(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? Math.Min(number, MaxWidth) : 0;

    private static string Extra(IEnumerable<TemplateValue> values) =>
        $"%!(EXTRA {string.Join(", ", values.Select(value => $"{TypeOf(value)}={value}"))})";

    private static string TypeOf(TemplateValue value) => value switch
    {
        TemplateValue.Text => "string",
        TemplateValue.Integer => "int",
        TemplateValue.Real => "float64",
        TemplateValue.Truth => "bool",
        _ => "value",
    };
}
