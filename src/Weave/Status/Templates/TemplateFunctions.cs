using System.Text;

namespace Weave.Status.Templates;

/// <summary>Functions of templates. <c>and</c> and <c>or</c> are here for their names; they are carried out where arguments are.</summary>
internal static class TemplateFunctions
{
    internal static readonly IReadOnlyCollection<string> Names =
        ["and", "or", "not", "len", "index", "eq", "ne", "lt", "le", "gt", "ge", "print", "println", "printf", "json"];

    /// <summary>What <paramref name="function"/> makes of its arguments; printf ends when it has made more than <paramref name="maxCharacters"/>.</summary>
    /// <exception cref="TemplateException">The arguments do not fit, or the result is too long.</exception>
    internal static TemplateValue Call(string function, TemplateValue[] arguments, int maxCharacters) => (function, arguments) switch
    {
        ("not", [var value]) => Truth(!value.IsTrue),
        ("len", [var value]) => Length(value),
        ("index", [var value, .. var keys]) => keys.Aggregate(value, Index),
        ("eq", [var left, _, ..]) => Truth(arguments.Skip(1).Any(right => AreEqual(left, right))),
        ("ne", [var left, var right]) => Truth(!AreEqual(left, right)),
        ("lt", [var left, var right]) => Truth(Compare(left, right) < 0),
        ("le", [var left, var right]) => Truth(Compare(left, right) <= 0),
        ("gt", [var left, var right]) => Truth(Compare(left, right) > 0),
        ("ge", [var left, var right]) => Truth(Compare(left, right) >= 0),
        ("print", _) => new TemplateValue.Text(Print(arguments)),
        ("println", _) => new TemplateValue.Text(string.Join(' ', arguments.AsEnumerable()) + "\n"),
        ("printf", [TemplateValue.Text format, .. var values]) => new TemplateValue.Text(GoPrintf.Format(format.Value, values, maxCharacters)),
        ("json", [var value]) => new TemplateValue.Text(TemplateJson.Write(value)),
        _ => throw new TemplateException($"wrong number or type of args for {function}: {arguments.Length}"),
    };

    private static TemplateValue.Truth Truth(bool value) => new(value);

    private static TemplateValue.Integer Length(TemplateValue value) => value switch
    {
        TemplateValue.Text text => new TemplateValue.Integer(Encoding.UTF8.GetByteCount(text.Value)),
        TemplateValue.Items items => new TemplateValue.Integer(items.Values.Count),
        TemplateValue.Map map => new TemplateValue.Integer(map.Entries.Count),
        _ => throw new TemplateException("error calling len: len of this type"),
    };

    private static TemplateValue Index(TemplateValue value, TemplateValue key) => (value, key) switch
    {
        (TemplateValue.Items items, TemplateValue.Integer at) when at.Value >= 0 && at.Value < items.Values.Count => items.Values[(int)at.Value],
        (TemplateValue.Items, TemplateValue.Integer at) => throw new TemplateException($"error calling index: index out of range: {at.Value}"),
        (TemplateValue.Map map, TemplateValue.Text name) => map.Entries.FirstOrDefault(entry => entry.Key == name.Value).Value ?? TemplateValue.Missing.Instance,
        (TemplateValue.Text text, TemplateValue.Integer at) when at.Value >= 0 && at.Value < text.Value.Length => new TemplateValue.Integer(text.Value[(int)at.Value]),
        _ => throw new TemplateException("error calling index: can't index item of this type"),
    };

    private static bool AreEqual(TemplateValue left, TemplateValue right) => (left, right) switch
    {
        (TemplateValue.Truth a, TemplateValue.Truth b) => a.Value == b.Value,
        (TemplateValue.Nil, _) or (_, TemplateValue.Nil) => left is TemplateValue.Nil && right is TemplateValue.Nil,
        (TemplateValue.Missing, _) or (_, TemplateValue.Missing) => left is TemplateValue.Missing && right is TemplateValue.Missing,
        _ => Compare(left, right) == 0,
    };

    private static int Compare(TemplateValue left, TemplateValue right) => (left, right) switch
    {
        (TemplateValue.Text a, TemplateValue.Text b) => string.CompareOrdinal(a.Value, b.Value),
        (TemplateValue.Integer a, TemplateValue.Integer b) => a.Value.CompareTo(b.Value),
        (TemplateValue.Real a, TemplateValue.Real b) => a.Value.CompareTo(b.Value),
        _ => throw new TemplateException("incompatible types for comparison"),
    };

    /// <summary>Blanks go between arguments when neither is a text.</summary>
    private static string Print(TemplateValue[] arguments)
    {
        StringBuilder output = new();
        for (int i = 0; i < arguments.Length; i++)
        {
            if (i > 0 && arguments[i] is not TemplateValue.Text && arguments[i - 1] is not TemplateValue.Text)
            {
                output.Append(' ');
            }

            arguments[i].Print(output);
        }

        return output.ToString();
    }
}
