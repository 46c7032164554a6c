using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Weave.Status.Templates;

/// <summary>The function <c>json</c>: a value on one line, in the order of the report.</summary>
internal static class TemplateJson
{
    internal static string Write(TemplateValue value)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(writer, value);
        }

        return GoJson.Escape(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    private static void Write(Utf8JsonWriter writer, TemplateValue value)
    {
        switch (value)
        {
            case TemplateValue.Truth truth:
                writer.WriteBooleanValue(truth.Value);
                break;
            case TemplateValue.Integer number:
                writer.WriteRawValue(number.ToString());
                break;
            case TemplateValue.Real number:
                writer.WriteNumberValue(number.Value);
                break;
            case TemplateValue.Text text:
                writer.WriteStringValue(text.Value);
                break;
            case TemplateValue.Items { IsNull: false } items:
                writer.WriteStartArray();
                foreach (TemplateValue item in items.Values)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case TemplateValue.Map map:
                WriteObject(writer, map.Entries);
                break;
            case TemplateValue.Struct fields:
                WriteObject(writer, fields.Fields.Where(field => fields.Type != "WeaveStatus" || field.Value is not TemplateValue.Nil));
                break;
            default:
                writer.WriteNullValue();
                break;
        }
    }

    private static void WriteObject(Utf8JsonWriter writer, IEnumerable<KeyValuePair<string, TemplateValue>> members)
    {
        writer.WriteStartObject();
        foreach ((string name, TemplateValue value) in members)
        {
            writer.WritePropertyName(name);
            Write(writer, value);
        }

        writer.WriteEndObject();
    }
}
