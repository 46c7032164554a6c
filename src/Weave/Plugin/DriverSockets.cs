using System.Net.Sockets;

namespace Weave.Plugin;

/// <summary>
/// Where Docker finds a driver. The name that it knows (<c>/run/docker/plugins/weave.sock</c>) is a link to the socket
/// of whoever answers now, the router or the guard; both have a socket of their own beside it, in <c>.weave</c>.
/// </summary>
/// <remarks>Links change in one step, so that at no moment there is nobody. Docker follows them when it looks for a driver.</remarks>
internal static class DriverSockets
{
    internal const string Router = "router";
    internal const string Guard = "guard";
    internal const string Folder = ".weave";

    /// <summary>The socket of its own that <paramref name="who"/> has for the driver at <paramref name="path"/>.</summary>
    internal static string Own(string path, string who)
    {
        string folder = Path.Combine(Path.GetDirectoryName(path)!, Folder);
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, Name(path, who));
    }

    /// <summary>Sends Docker to <paramref name="who"/> from now on, whatever was there before.</summary>
    internal static void PointTo(string path, string who)
    {
        string link = $"{Own(path, who)}.{Guid.NewGuid():N}"; // the router and the guard may do this at one time
        File.CreateSymbolicLink(link, Path.Combine(Folder, Name(path, who)));
        File.Move(link, path, overwrite: true);
    }

    internal static bool PointsTo(string path, string who) => new FileInfo(path).LinkTarget == Path.Combine(Folder, Name(path, who));

    /// <summary>The router ends: Docker is sent to the guard if there is one, and finds nothing otherwise.</summary>
    internal static void Withdraw(string path)
    {
        if (Listens(Own(path, Guard)))
        {
            PointTo(path, Guard);
        }
        else if (PointsTo(path, Router))
        {
            File.Delete(path);
        }
    }

    internal static Socket Connect(string socket)
    {
        Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            connection.Connect(new UnixDomainSocketEndPoint(socket));
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private static bool Listens(string socket)
    {
        try
        {
            Connect(socket).Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string Name(string path, string who) => $"{who}-{Path.GetFileName(path)}";
}
