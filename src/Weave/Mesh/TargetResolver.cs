using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weave.Core.Mesh;

namespace Weave.Mesh;

/// <summary>Turns what the user typed, <c>host</c> or <c>host:port</c>, into an address. Names are resolved once, here.</summary>
internal static class TargetResolver
{
    /// <summary>The target, or the line that tells the user what is wrong with it.</summary>
    internal static async Task<(DirectTarget? Target, string? Error)> ResolveAsync(string text, CancellationToken cancel)
    {
        (string host, string port) = Split(text);
        if (host.Length == 0 || !port.All(char.IsLetterOrDigit))
        {
            return (null, $"invalid peer name \"{text}\", should be host[:port]");
        }

        if (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('['))
        {
            return (null, $"address {host}:{port}: too many colons in address");
        }

        if (!TryPort(port, out int number))
        {
            return (null, port.All(char.IsAsciiDigit) ? $"address {port}: invalid port" : $"lookup tcp/{port}: unknown port");
        }

        if (IPAddress.TryParse(host, out IPAddress? literal) && host.Count(c => c == '.') == 3)
        {
            return (new DirectTarget(text, new IPEndPoint(literal, number)), null);
        }

        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(host, AddressFamily.InterNetwork, cancel).ConfigureAwait(false);
            return found.Length > 0
                ? (new DirectTarget(text, new IPEndPoint(found[0], number)), null)
                : (null, $"lookup {host}: no such host");
        }
        catch (SocketException)
        {
            return (null, $"lookup {host}: no such host");
        }
    }

    /// <summary>A text that is not of the form <c>host:port</c> is a host; port 0 stands for none.</summary>
    private static (string Host, string Port) Split(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || text.IndexOf(':', colon + 1) >= 0 ? (text, "0") : (text[..colon], text[(colon + 1)..]);
    }

    private static bool TryPort(string text, out int port)
    {
        port = 0;
        return text.Length == 0
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort);
    }
}
