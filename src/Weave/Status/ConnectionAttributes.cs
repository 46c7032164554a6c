using System.Globalization;

namespace Weave.Status;

/// <summary>Names of the attributes of a connection in the report.</summary>
public static class ConnectionAttributes
{
    /// <summary>The overlay.</summary>
    public const string Overlay = "name";

    public const string Mtu = "mtu";
    public const string Encrypted = "encrypted";

    /// <summary>Ours: the cipher in words.</summary>
    public const string Cipher = "cipher";

    /// <summary>Ours: milliseconds.</summary>
    public const string RoundTrip = "rtt";

    /// <summary>Ours: the version of the protocol, where it is not the highest.</summary>
    public const string Protocol = "protocol";

    /// <summary>Attributes that the original's plain text shows, and what warns; others are for the report and the aligned tables.</summary>
    internal static bool IsOriginal(string name) => name is Mtu or Encrypted or Protocol;

    /// <summary>A value as the original prints it.</summary>
    internal static string Text(object value) => value switch
    {
        bool on => on ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
