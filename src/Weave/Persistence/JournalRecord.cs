using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Weave.Persistence;

/// <summary>One line of the journal: a transaction.</summary>
/// <remarks>Layout: checksum (16 hex digits) | blank | JSON object, key to value or null | line feed. docs/adr/0032-state-is-a-journal.md.</remarks>
internal static class JournalRecord
{
    private const int ChecksumBytes = 8;
    private const int ChecksumDigits = ChecksumBytes * 2;

    internal static byte[] Encode(IEnumerable<KeyValuePair<string, byte[]?>> changes)
    {
        ArrayBufferWriter<byte> body = new();
        using (Utf8JsonWriter json = new(body))
        {
            json.WriteStartObject();
            foreach ((string key, byte[]? value) in changes)
            {
                json.WritePropertyName(key);
                json.WriteRawValue(value is null ? "null"u8 : value);
            }

            json.WriteEndObject();
        }

        byte[] line = new byte[ChecksumDigits + 1 + body.WrittenCount + 1];
        Checksum(body.WrittenSpan, line);
        line[ChecksumDigits] = (byte)' ';
        body.WrittenSpan.CopyTo(line.AsSpan(ChecksumDigits + 1));
        line[^1] = (byte)'\n';
        return line;
    }

    /// <param name="line">Without the line feed.</param>
    /// <param name="changes">What it says.</param>
    internal static bool TryDecode(ReadOnlySpan<byte> line, out List<KeyValuePair<string, byte[]?>> changes)
    {
        changes = [];
        Span<byte> expected = stackalloc byte[ChecksumDigits];
        if (line.Length <= ChecksumDigits + 1 || line[ChecksumDigits] != ' ')
        {
            return false;
        }

        ReadOnlySpan<byte> body = line[(ChecksumDigits + 1)..];
        Checksum(body, expected);
        return expected.SequenceEqual(line[..ChecksumDigits]) && TryParse(body, changes);
    }

    private static bool TryParse(ReadOnlySpan<byte> body, List<KeyValuePair<string, byte[]?>> changes)
    {
        try
        {
            Utf8JsonReader reader = new(body);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                byte[]? value = property.Value.ValueKind == JsonValueKind.Null
                    ? null
                    : System.Text.Encoding.UTF8.GetBytes(property.Value.GetRawText());
                changes.Add(new KeyValuePair<string, byte[]?>(property.Name, value));
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void Checksum(ReadOnlySpan<byte> body, Span<byte> digits)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, hash);
        Convert.TryToHexStringLower(hash[..ChecksumBytes], digits, out _);
    }
}
