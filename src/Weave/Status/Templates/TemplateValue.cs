using System.Globalization;
using System.Text;

namespace Weave.Status.Templates;

/// <summary>What a template computes with: values like those of JSON, told apart as the original's types are.</summary>
internal abstract record TemplateValue
{
    private TemplateValue()
    {
    }

    /// <summary>A section that is off, or <c>nil</c>.</summary>
    internal sealed record Nil : TemplateValue
    {
        internal static readonly Nil Instance = new();
    }

    /// <summary>What a map has for a key that it does not have.</summary>
    internal sealed record Missing : TemplateValue
    {
        internal static readonly Missing Instance = new();
    }

    internal sealed record Truth(bool Value) : TemplateValue;

    internal sealed record Integer(Int128 Value) : TemplateValue;

    internal sealed record Real(double Value) : TemplateValue;

    internal sealed record Text(string Value) : TemplateValue;

    /// <summary><paramref name="IsNull"/>: JSON writes it as null.</summary>
    internal sealed record Items(IReadOnlyList<TemplateValue> Values, bool IsNull = false) : TemplateValue;

    /// <summary>Keys are sorted; a missing key is no error.</summary>
    internal sealed record Map(IReadOnlyList<KeyValuePair<string, TemplateValue>> Entries) : TemplateValue;

    /// <summary>Fields in their order; a missing field is an error that names the type.</summary>
    internal sealed record Struct(string Type, IReadOnlyList<KeyValuePair<string, TemplateValue>> Fields) : TemplateValue;

    internal bool IsTrue => this switch
    {
        Truth truth => truth.Value,
        Integer number => number.Value != 0,
        Real number => number.Value != 0,
        Text text => text.Value.Length > 0,
        Items items => items.Values.Count > 0,
        Map map => map.Entries.Count > 0,
        Struct => true,
        _ => false,
    };

    /// <summary>As the original prints it.</summary>
    internal void Print(StringBuilder output)
    {
        switch (this)
        {
            case Nil:
                output.Append("<nil>");
                break;
            case Missing:
                output.Append("<no value>");
                break;
            case Truth truth:
                output.Append(truth.Value ? "true" : "false");
                break;
            case Integer number:
                output.Append(number.Value.ToString(CultureInfo.InvariantCulture));
                break;
            case Real number:
                output.Append(GoFloat.Format(number.Value));
                break;
            case Text text:
                output.Append(text.Value);
                break;
            case Items items:
                Join(output, '[', items.Values.Select(value => ((string?)null, value)), ']');
                break;
            case Map map:
                output.Append("map");
                Join(output, '[', map.Entries.Select(entry => ((string?)entry.Key, entry.Value)), ']');
                break;
            case Struct fields:
                Join(output, '{', fields.Fields.Select(field => ((string?)null, field.Value)), '}');
                break;
        }
    }

    public sealed override string ToString()
    {
        StringBuilder output = new();
        Print(output);
        return output.ToString();
    }

    private static void Join(StringBuilder output, char open, IEnumerable<(string? Key, TemplateValue Value)> values, char close)
    {
        output.Append(open);
        bool first = true;
        foreach ((string? key, TemplateValue value) in values)
        {
            output.Append(first ? "" : " ").Append(key is null ? "" : key + ":");
            value.Print(output);
            first = false;
        }

        output.Append(close);
    }
}
