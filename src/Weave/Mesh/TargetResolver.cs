using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Weave.Core.Mesh;

namespace Weave.Mesh;

/// <summary>Reads what the user typed, <c>host</c> or <c>host:port</c>, and looks names up.</summary>
internal static class TargetResolver
{
    /// <summary>A name server that does not answer is not waited for longer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    /// <summary>The target, or the line that tells the user what is wrong with it.</summary>
    internal static async Task<(DirectTarget? Target, string? Error)> ResolveAsync(string text, CancellationToken cancel)
    {
        (DirectTarget? target, string? error) = Parse(text);
        if (target?.Name is not { } name)
        {
            return (target, error);
        }

        (IReadOnlyList<IPAddress> found, string problem) = await LookUpAsync(name, cancel).ConfigureAwait(false);
        return found.Count > 0 ? (target with { Address = new IPEndPoint(found[0], target.Address.Port) }, null) : (null, problem);
    }

    /// <summary>The same without looking a name up.</summary>
    internal static (DirectTarget? Target, string? Error) Parse(string text)
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

        return IPAddress.TryParse(host, out IPAddress? literal) && host.Count(c => c == '.') == 3
            ? (new DirectTarget(text, new IPEndPoint(literal, number)), null)
            : (DirectTarget.Named(text, host, number), null);
    }

    /// <summary>The IPv4 addresses of a name; none with the reason, in the original's words.</summary>
    internal static async Task<(IReadOnlyList<IPAddress> Found, string Problem)> LookUpAsync(string name, CancellationToken cancel)
    {
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(name, AddressFamily.InterNetwork, cancel).WaitAsync(Patience, cancel).ConfigureAwait(false);
            return (found, $"lookup {name}: no such host");
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException or ArgumentException)
        {
            return ([], $"lookup {name}: no such host");
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
