namespace Weave.Api;

/// <summary>One of our connections, or an address that we try to connect to.</summary>
public sealed record ConnectionReport
{
    public string Address { get; init; } = "";

    public bool Outbound { get; init; }

    /// <summary><c>established</c>, <c>pending</c>, <c>retrying</c>, <c>failed</c> or <c>connecting</c>.</summary>
    public string State { get; init; } = "";

    /// <summary>Overlay and peer, or what went wrong; see <see cref="InfoOf"/>.</summary>
    public string Info { get; init; } = "";

    /// <summary>
    /// <c>name</c> (overlay), <c>mtu</c>, <c>encrypted</c>, and whatever else is known. Values are text, numbers or
    /// booleans. Null for what is only an attempt.
    /// </summary>
    public IReadOnlyDictionary<string, object>? Attrs { get; init; }

    /// <summary>The text of a live connection.</summary>
    /// <param name="overlay">Its overlay; null when none carries it yet.</param>
    /// <param name="peer"><c>name(nick)</c>.</param>
    /// <param name="encrypted">Null when there is no password at all.</param>
    public static string InfoOf(string? overlay, string peer, bool? encrypted)
    {
        string info = $"{overlay ?? "none",-6} {peer}";
        return encrypted switch
        {
            null => info,
            true => $"encrypted   {info}",
            false => $"unencrypted {info}",
        };
    }
}
