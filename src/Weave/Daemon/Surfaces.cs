using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Weave.Daemon;

/// <summary>Listens on the doors and keeps their routes apart.</summary>
internal static class Surfaces
{
    private const string GlobalRoutes = "__GlobalEndpointRouteBuilder";

    private sealed record Door(Surface Surface);

    /// <summary>Listens on <paramref name="address"/>: <c>host:port</c>, or a path for a unix socket. Nothing when it is empty.</summary>
    /// <exception cref="OptionException">The address cannot be understood.</exception>
    internal static void ListenOn(this KestrelServerOptions kestrel, Surface surface, string address)
    {
        if (address.Length == 0)
        {
            return;
        }

        if (UnixPath(address) is { } path)
        {
            // A socket left behind by a process that was killed would make bind fail; nobody listens on it any more.
            File.Delete(path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            kestrel.ListenUnixSocket(path, listen => Mark(listen, surface));
            return;
        }

        if (!TryParseEndPoint(address, out IPEndPoint? endPoint))
        {
            throw new OptionException($"\"{address}\" is not an address to listen on (host:port, or the path of a socket)");
        }

        kestrel.Listen(endPoint!, listen => Mark(listen, surface));
    }

    /// <summary>
    /// Doors that are unix sockets are for root alone, whatever mask the process was started with. Until then a usual mask
    /// keeps others out, as connecting needs the right to write.
    /// </summary>
    internal static void CloseToOthers(params IEnumerable<string> addresses)
    {
        foreach (string path in addresses.Select(UnixPath).OfType<string>().Where(File.Exists))
        {
            if (OperatingSystem.IsLinux())
            {
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    /// <summary>Maps routes that are reached through any of <paramref name="surfaces"/>.</summary>
    internal static void MapSurface(this WebApplication app, Surface surfaces, Action<IEndpointRouteBuilder> map) =>
        app.UseWhen(
            context => context.Features.Get<Door>() is { } door && (door.Surface & surfaces) != 0,
            branch =>
            {
                // Without this the branch would share one table of routes with all others.
                branch.Properties.Remove(GlobalRoutes);
                branch.UseRouting();
                branch.UseEndpoints(map);
            });

    /// <summary>The path in <c>unix:///path</c>, <c>unix:/path</c> or <c>/path</c>; null when it is none of these.</summary>
    internal static string? UnixPath(string address) => address switch
    {
        ['/', ..] => address,
        _ when address.StartsWith("unix://", StringComparison.Ordinal) => address["unix://".Length..],
        _ when address.StartsWith("unix:", StringComparison.Ordinal) => address["unix:".Length..],
        _ => null,
    };

    private static bool TryParseEndPoint(string address, out IPEndPoint? endPoint)
    {
        string text = address.StartsWith("tcp://", StringComparison.Ordinal) ? address["tcp://".Length..] : address;
        if (text.StartsWith(':'))
        {
            text = $"0.0.0.0{text}";
        }

        return IPEndPoint.TryParse(text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal), out endPoint)
            && text.Contains(':', StringComparison.Ordinal);
    }

    private static void Mark(ListenOptions listen, Surface surface)
    {
        listen.Protocols = HttpProtocols.Http1;
        Door door = new(surface);
        listen.Use(next => connection =>
        {
            connection.Features.Set(door);
            return next(connection);
        });
    }
}
