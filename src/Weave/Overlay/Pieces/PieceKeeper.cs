using Weave.Linux.Bpf;
using Weave.Linux.Bridge;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Linux.Packet;
using Weave.Status;

namespace Weave.Overlay.Pieces;

/// <summary>
/// Puts back what somebody took away or changed: 1. how everything is found, 2. what differs from how it has to be, as a
/// plan, 3. the plan is carried out and told, until nothing differs. Where the VXLAN device cannot be had, a stand-in takes
/// its place on the bridge, so that sleeve's frames pass, and gives it back when it can.
/// </summary>
/// <remarks>Not safe from several threads; in the namespace of the thread that looks.</remarks>
internal sealed class PieceKeeper(
    PieceSetup setup,
    IDatapathPieces? datapath,
    TapDevice tap,
    ILinks links,
    ISysctls sysctls,
    BridgeAddresses addresses,
    IPieceEvents events,
    ProblemBoard problems,
    TimeProvider time)
{
    private const string Kind = "link";
    private const string PinsSubject = "pinned maps";

    /// <summary>A piece that was made is finished by the plans after it, and its ports by one more.</summary>
    private const int MostRounds = 6;

    private readonly ContainerPorts _ports = new(setup.Bridge.Name);
    private readonly Dictionary<string, int> _indexes = [];
    private readonly HashSet<string> _raised = [];
    private readonly HashSet<string> _failed = [];
    private readonly HashSet<string> _made = [];
    private readonly long _began = time.GetTimestamp();
    private IReadOnlyList<Link> _links = [];
    private bool _standIn;

    /// <summary>Looks at everything and puts it right.</summary>
    /// <exception cref="KernelException">The kernel does not even tell what there is.</exception>
    internal void Look()
    {
        _failed.Clear();
        _made.Clear();
        Converge();
        if (setup.Fast is { } fast && _standIn == IsWhole(PieceSetup.CarrierName(fast, _standIn)))
        {
            ChangePlaces(fast);
            Converge();
        }

        addresses.Look(setup.Bridge.Name, Tell);
        RestorePins();
        ClearWhatIsOver();
        if (datapath is not null)
        {
            events.Carrier(!_standIn);
        }
    }

    private void Converge()
    {
        for (int round = 0; round < MostRounds; round++)
        {
            List<PieceStep> plan = Plan();
            UseDevices();
            if (plan.Count == 0)
            {
                return;
            }

            foreach (PieceStep step in plan.Where(step => !_failed.Contains(step.Piece.Name)))
            {
                TryApply(step);
            }
        }
    }

    private List<PieceStep> Plan()
    {
        _links = links.List();
        IReadOnlyList<Piece> ours = setup.Pieces(_standIn, datapath?.OtherPorts ?? []);
        HashSet<string> names = [.. ours.Select(piece => piece.Name), .. ours.Select(Find).OfType<Link>().Select(link => link.Name)];
        IReadOnlyList<Piece> others = _ports.Look(_links, names, time.GetElapsedTime(_began));
        return [.. PiecePlan.From([.. ours, .. others], Found, IndexOf).Where(step => !_failed.Contains(step.Piece.Name))];
    }

    private int IndexOf(string name) => _links.FirstOrDefault(link => link.Name == name)?.Index ?? 0;

    /// <summary>By its name, by the port of its tunnel, or by the index that it had when it was called so: it may have been renamed.</summary>
    private Link? Find(Piece piece)
    {
        Link? found = _links.FirstOrDefault(link => link.Name == piece.Name && link.Kind == piece.Kind)
            ?? (piece.TunnelPort == 0 ? null : _links.FirstOrDefault(link => link.TunnelPort == piece.TunnelPort && FastDatapath.IsTunnel(link)))
            ?? _links.FirstOrDefault(link => link.Index == _indexes.GetValueOrDefault(piece.Name) && link.Kind == piece.Kind);
        _indexes[piece.Name] = found?.Index ?? 0;
        return found;
    }

    private PieceFound Found(Piece piece)
    {
        if (Find(piece) is not { } link)
        {
            return PieceFound.Gone;
        }

        try
        {
            return new PieceFound(link)
            {
                Programs = [.. piece.Programs.Where(program => datapath!.Carries(program, link.Index))],
                Settings = piece.Settings.ToDictionary(setting => setting.Key, setting => sysctls.Read(setting.Key)),
                RedirectedTo = piece.RedirectTo.Length > 0 ? links.RedirectedTo(link.Name) : 0,
            };
        }
        catch (Exception gone) when (gone is KernelException or IOException)
        {
            return new PieceFound(link); // it goes at this moment: what fails now tells
        }
    }

    private void TryApply(PieceStep step)
    {
        try
        {
            bool told = Apply(step);
            if (step is PieceStep.Make)
            {
                _made.Add(step.Piece.Name);
            }

            if (told && !step.Piece.IsQuiet)
            {
                Tell(step.Piece.Name, step.What);
            }
        }
        catch (Exception refused) when (refused is KernelException or IOException or UnauthorizedAccessException)
        {
            _failed.Add(step.Piece.Name);
            if (!step.Piece.IsForeign || links.Find(step.Name) is not null)
            {
                _raised.Add(step.Piece.Name);
                problems.Raise(Kind, step.Piece.Name, $"{step.Piece.Name} is not as it has to be and cannot be put right: {refused.Message}{Meanwhile(step.Piece)}");
            }
        }
    }

    /// <returns>It is worth telling; what follows from something that was made again goes without saying.</returns>
    private bool Apply(PieceStep step)
    {
        if (step is PieceStep.Make make)
        {
            bool came = _made.Contains(make.Piece.Name); // with its other end
            if (!came)
            {
                Make(make.Piece);
            }

            return !came;
        }

        bool follows = _made.Contains(step.Piece.Name) || (step is PieceStep.Change { To.Master: { } master } && _made.Contains(master));
        Mend(step);
        return !follows;
    }

    private void Mend(PieceStep step)
    {
        switch (step)
        {
            case PieceStep.Change { To.Name: { } name } rename when _links.First(link => link.Name == rename.Name) is var link:
                LinkNames.Set(links, link, name, SecondNameOf(rename.Piece));
                break;
            case PieceStep.Change change:
                links.Change(change.Name, change.To);
                break;
            case PieceStep.Set set:
                sysctls.Write(set.Key, set.Value);
                break;
            case PieceStep.Attach attach:
                datapath!.Attach(attach.Program, links.Find(attach.Name)?.Index ?? throw new KernelException($"look up link \"{attach.Name}\"", Errno.ENODEV));
                break;
            case PieceStep.Redirect redirect:
                links.Redirect(redirect.Name, redirect.Piece.RedirectTo);
                break;
        }
    }

    private static string Meanwhile(Piece piece) => piece.TunnelPort == 0 ? "" : "; sleeve carries the frames until it can";

    private void Make(Piece piece)
    {
        switch (piece.Kind)
        {
            case PieceKind.Bridge:
                links.CreateBridge(piece.Name);
                break;
            case PieceKind.Tap:
                tap.Restore();
                links.Change(piece.Name, new LinkChange { TransmitQueueLength = piece.TransmitQueueLength });
                break;
            case PieceKind.Veth:
                links.CreateVeth(new VethSpec(piece.Name, piece.OtherEnd) { MtuBytes = piece.MtuBytes ?? setup.Bridge.MtuBytes });
                _made.Add(piece.OtherEnd);
                break;
            case PieceKind.Vxlan:
                links.CreateVxlan(new VxlanSpec(piece.Name) { Port = piece.TunnelPort, MtuBytes = piece.MtuBytes ?? 0 });
                LinkNames.Set(links, links.Find(piece.Name) ?? throw new KernelException($"look up link \"{piece.Name}\"", Errno.ENODEV), piece.Name, SecondNameOf(piece));
                break;
            default:
                throw new KernelException($"make \"{piece.Name}\" of kind {piece.Kind}", Errno.EOPNOTSUPP);
        }
    }

    private string SecondNameOf(Piece piece) => setup.Fast is { } fast && piece.TunnelPort == fast.Port && !_standIn ? fast.SecondName : "";

    /// <summary>The programs know devices by index.</summary>
    private void UseDevices()
    {
        if (datapath is null || setup.Fast is null)
        {
            return;
        }

        bool changed = IndexOf(setup.PortName(_standIn)) is var port and not 0 && datapath.Use(port);
        foreach (ushort other in datapath.OtherPorts)
        {
            changed |= IndexOf(FastDatapathSpec.DeviceFor(other)) is var device and not 0 && datapath.Use(other, device);
        }

        if (changed)
        {
            events.DevicesChanged();
        }
    }

    private bool IsWhole(string carrier) => _links.FirstOrDefault(link => link.Name == carrier) is { Up: true } device
        && (_standIn || device.MasterIndex == IndexOf(setup.Bridge.Name))
        && datapath!.Carries(DatapathProgram.Egress, device.Index) && datapath.Carries(DatapathProgram.Ingress, device.Index);

    private void ChangePlaces(FastDatapathSpec fast)
    {
        _standIn = !_standIn;
        _failed.Clear();
        if (!_standIn)
        {
            links.Delete(PieceSetup.StandInEnd); // takes the other end along
            return;
        }

        events.Carrier(false);
        if (links.Find(fast.FirstName) is { Kind: PieceKind.Vxlan } down)
        {
            LinkAliases.Remove(down.Index, fast.Device);
            links.Change(down.Name, new LinkChange { Master = "", Up = false });
            LinkNames.Set(links, down, fast.Device, "");
        }
    }

    private void RestorePins()
    {
        try
        {
            if (datapath?.RestorePins() == true)
            {
                Tell(PinsSubject, "maps of the fast datapath were not pinned any more, and are again: the next router would have begun with empty ones");
            }

            Over(PinsSubject);
        }
        catch (Exception refused) when (refused is KernelException or IOException or UnauthorizedAccessException)
        {
            _raised.Add(PinsSubject);
            problems.Raise(Kind, PinsSubject, $"maps of the fast datapath are not pinned, so traffic pauses when the router is replaced: {refused.Message}");
        }
    }

    private void Tell(string subject, string what)
    {
        _raised.Remove(subject);
        problems.PutRight(Kind, subject, what);
    }

    private void ClearWhatIsOver()
    {
        foreach (string subject in _raised.Where(subject => subject != PinsSubject && !_failed.Contains(subject)).ToArray())
        {
            Over(subject);
        }
    }

    private void Over(string subject)
    {
        if (_raised.Remove(subject))
        {
            problems.Clear(Kind, subject);
        }
    }
}
