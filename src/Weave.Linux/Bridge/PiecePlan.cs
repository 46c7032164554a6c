using Weave.Linux.Netlink;

namespace Weave.Linux.Bridge;

/// <summary>What is to be done until all pieces are as they have to be.</summary>
/// <remarks>
/// A piece that is gone is made, no more: what it is then like the next look tells. So plans are made and carried out until
/// one is empty.
/// </remarks>
public static class PiecePlan
{
    /// <param name="wanted">The pieces; a bridge before its ports.</param>
    /// <param name="found">How each of them was found.</param>
    /// <param name="indexOf">Index of a link by name; 0 when there is none.</param>
    public static IReadOnlyList<PieceStep> From(IReadOnlyList<Piece> wanted, Func<Piece, PieceFound> found, Func<string, int> indexOf)
    {
        List<PieceStep> steps = [];
        foreach (Piece piece in wanted)
        {
            // Ports of a bridge that is down do not forward: they are judged when it is whole.
            bool settled = !steps.Exists(step => step.Piece.Name == piece.Master);
            steps.AddRange(Steps(settled ? piece : piece with { Port = null }, found(piece), indexOf));
        }

        return steps;
    }

    private static IEnumerable<PieceStep> Steps(Piece piece, PieceFound found, Func<string, int> indexOf)
    {
        if (found.Link is not { } link)
        {
            return piece.IsForeign ? [] : [new PieceStep.Make(piece)];
        }

        // Programs before the bridge: a frame must not leave by a port without.
        return [.. Self(piece, link), .. Settings(piece, link, found), .. Programs(piece, link, found), .. Redirection(piece, link, found, indexOf), .. AsPort(piece, link, indexOf)];
    }

    private static IEnumerable<PieceStep> Self(Piece piece, Link link)
    {
        if (link.Name != piece.Name)
        {
            yield return new PieceStep.Change(piece, link.Name, new LinkChange { Name = piece.Name }, $"{piece.Name} had been named {link.Name} and has its name again");
            yield break; // by which the rest goes on
        }

        if (piece.Mac is { } mac && link.Mac != mac)
        {
            yield return Change(piece, new LinkChange { Mac = mac }, $"the address of {link.Name} was {link.Mac} and is {mac} again");
        }

        if (piece.MtuBytes is { } mtu && link.MtuBytes != mtu)
        {
            yield return Change(piece, new LinkChange { MtuBytes = mtu }, $"the MTU of {link.Name} was {link.MtuBytes} and is {mtu} again");
        }

        if (piece.Up && !link.Up)
        {
            yield return Change(piece, new LinkChange { Up = true }, $"{link.Name} was down and has been set up again");
        }
    }

    private static IEnumerable<PieceStep> Settings(Piece piece, Link link, PieceFound found) => piece.Settings
        .Where(setting => found.Settings.GetValueOrDefault(setting.Key) is { } value && value != setting.Value)
        .Select(setting => new PieceStep.Set(
            piece, link.Name, setting.Key, setting.Value, $"{setting.Key} was {found.Settings[setting.Key]} and is {setting.Value} again"));

    private static IEnumerable<PieceStep> Programs(Piece piece, Link link, PieceFound found) =>
        piece.Programs.Except(found.Programs).Select(program => new PieceStep.Attach(piece, link.Name, program));

    private static IEnumerable<PieceStep> Redirection(Piece piece, Link link, PieceFound found, Func<string, int> indexOf)
    {
        // Before its other end is there it can lead nowhere.
        if (piece.RedirectTo.Length > 0 && indexOf(piece.RedirectTo) is var target and not 0 && found.RedirectedTo != target)
        {
            yield return new PieceStep.Redirect(piece, link.Name);
        }
    }

    private static IEnumerable<PieceStep> AsPort(Piece piece, Link link, Func<string, int> indexOf)
    {
        if (piece.Master is { } master && indexOf(master) is var bridge and not 0 && link.MasterIndex != bridge)
        {
            // A new port forwards when the kernel says so.
            LinkChange join = new() { Master = master, Port = piece.Port is { } port ? port with { Forwarding = false } : null };
            yield return Change(piece, join, $"{link.Name} was no port of {master} and has been put back");
            yield break;
        }

        if (piece.Port is { } wanted && link.Port is { } settings && link is { Running: true, Up: true } && settings != wanted)
        {
            yield return Change(piece, new LinkChange { Port = wanted }, $"port {link.Name} was {Differences(settings, wanted)}, and is as before");
        }
    }

    private static PieceStep.Change Change(Piece piece, LinkChange change, string what) => new(piece, piece.Name, change, what);

    private static string Differences(BridgePortSettings found, BridgePortSettings wanted)
    {
        (string Name, bool Found, bool Wanted)[] all =
        [
            ("forwarding", found.Forwarding, wanted.Forwarding),
            ("hairpin", found.Hairpin, wanted.Hairpin),
            ("guard", found.Guard, wanted.Guard),
            ("learning", found.Learning, wanted.Learning),
            ("flood", found.Flood, wanted.Flood),
            ("mcast_flood", found.MulticastFlood, wanted.MulticastFlood),
            ("bcast_flood", found.BroadcastFlood, wanted.BroadcastFlood),
            ("proxy_arp", found.ProxyArp, wanted.ProxyArp),
            ("neigh_suppress", found.SuppressNeighbours, wanted.SuppressNeighbours),
            ("isolated", found.Isolated, wanted.Isolated),
            ("locked", found.Locked, wanted.Locked),
        ];
        return string.Join(", ", all.Where(setting => setting.Found != setting.Wanted).Select(setting => $"{setting.Name} {(setting.Found ? "on" : "off")}"));
    }
}
