using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Weave.Cli.Commands;

/// <summary>Connections as an aligned table for a person: what carries them, how, how large, how fast.</summary>
internal static partial class ConnectionTable
{
    private const string Green = "\e[32m";
    private const string Yellow = "\e[33m";
    private const string Red = "\e[31m";
    private const string Plain = "\e[0m";
    private static readonly string[] Head = ["", "ADDRESS", "STATE", "PEER", "OVERLAY", "ENCRYPTION", "MTU", "ROUND TRIP", ""];

    internal static string Render(JsonElement report)
    {
        List<string[]> rows = [Head];
        if (report.TryGetProperty("Router", out JsonElement router) && router.GetProperty("Connections") is { ValueKind: JsonValueKind.Array } connections)
        {
            rows.AddRange(connections.EnumerateArray().Select(Row));
        }

        int[] widths = [.. Enumerable.Range(0, Head.Length).Select(column => rows.Max(row => row[column].Length))];
        StringBuilder text = new();
        foreach (string[] row in rows)
        {
            string line = string.Join("  ", row.Select((cell, column) => Colour(column, cell, cell.PadRight(widths[column])))).TrimEnd();
            text.Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string[] Row(JsonElement connection)
    {
        string info = Clean(connection.GetProperty("Info").GetString());
        Match peer = Peer().Match(info);
        bool live = peer.Success && connection.GetProperty("Attrs").ValueKind == JsonValueKind.Object;
        return
        [
            connection.GetProperty("Outbound").GetBoolean() ? "->" : "<-",
            Clean(connection.GetProperty("Address").GetString()),
            Clean(connection.GetProperty("State").GetString()),
            live ? peer.Value : "",
            Attribute(connection, "name"),
            live ? Attribute(connection, "cipher") is { Length: > 0 } cipher ? cipher : Attribute(connection, "encrypted") == "True" ? "yes" : "no" : "",
            Attribute(connection, "mtu"),
            Attribute(connection, "rtt") is { Length: > 0 } roundTrip ? roundTrip + " ms" : "",
            live ? info[(peer.Index + peer.Length)..].Trim() : info, // what is wrong; it may be long
        ];
    }

    private static string Attribute(JsonElement connection, string name) =>
        connection.GetProperty("Attrs") is { ValueKind: JsonValueKind.Object } attributes && attributes.TryGetProperty(name, out JsonElement value) ? Clean(value.ToString()) : "";

    /// <summary>Names come from other hosts: a terminal must not take them for commands.</summary>
    private static string Clean(string? text) => string.Concat((text ?? "").Where(c => !char.IsControl(c)));

    private static string Colour(int column, string cell, string padded) => column != 2 ? padded : cell switch
    {
        "established" => Green + padded + Plain,
        "failed" => Red + padded + Plain,
        "STATE" => padded,
        _ => Yellow + padded + Plain,
    };

    /// <summary>A peer in what is told of a connection: <c>name(nickname)</c>.</summary>
    [GeneratedRegex(@"[0-9a-f:]{17}\([^)]*\)")]
    private static partial Regex Peer();
}
