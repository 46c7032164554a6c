using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>Links that exist only here. Safe from any thread.</summary>
internal sealed class FakeLinks : ILinks
{
    private readonly List<Link> _links = [];
    private int _lastIndex;

    /// <summary>Called before a link is deleted, by whoever deletes it.</summary>
    internal Action OnDelete { get; set; } = () => { };

    /// <summary>Called before a link is redirected to another.</summary>
    internal Action<string, string> OnRedirect { get; set; } = (_, _) => { };

    public Link? Find(string name)
    {
        lock (_links)
        {
            return _links.Find(link => link.Name == name);
        }
    }

    public Link? At(int index)
    {
        lock (_links)
        {
            return _links.Find(link => link.Index == index);
        }
    }

    public IReadOnlyList<Link> List(string kind = "")
    {
        lock (_links)
        {
            return [.. _links.Where(link => kind.Length == 0 || link.Kind == kind)];
        }
    }

    public Link? OtherEnd(Link link) => null;

    public void CreateBridge(string name) => Add(name, "bridge", 1500, 0, "", null);

    public void CreateVeth(VethSpec spec)
    {
        if (Find(spec.Name) is not null || Find(spec.PeerName) is not null)
        {
            throw new KernelException($"create veth pair \"{spec.Name}\" and \"{spec.PeerName}\"", Errno.EEXIST);
        }

        int master = spec.Master.Length == 0 ? 0 : Find(spec.Master)!.Index;
        Add(spec.Name, "veth", spec.MtuBytes, master, spec.Alias, null);
        Add(spec.PeerName, "veth", spec.MtuBytes, 0, "", spec.PeerMac);
        Replace(Find(spec.Name)! with { PeerIndex = _lastIndex });
        Replace(Find(spec.PeerName)! with { PeerIndex = _lastIndex - 1 });
    }

    public void CreateVxlan(VxlanSpec spec) => Add(spec.Name, "vxlan", spec.MtuBytes, 0, "", null);

    public void Change(string name, LinkChange change)
    {
        Link link = Find(name) ?? throw new KernelException($"look up link \"{name}\"", Errno.ENODEV);
        int master = change.Master is { } bridge ? Find(bridge)?.Index ?? 0 : link.MasterIndex;
        Replace(link with { MasterIndex = master, Up = change.Up ?? link.Up, MtuBytes = change.MtuBytes ?? link.MtuBytes, Mac = change.Mac ?? link.Mac, Name = change.Name ?? link.Name, Alias = change.Alias ?? link.Alias });
    }

    public bool Delete(string name)
    {
        OnDelete();
        lock (_links)
        {
            Link? link = Find(name);
            _links.RemoveAll(other => other.Name == name || (link is { PeerIndex: > 0 } && other.Index == link.PeerIndex));
            return link is not null;
        }
    }

    public int RedirectedTo(string name) => 0;

    public void Redirect(string from, string to) => OnRedirect(from, to);

    public void DisableTransmitChecksum(string name)
    {
    }

    private void Add(string name, string kind, int mtuBytes, int master, string alias, MacAddress? mac)
    {
        lock (_links)
        {
            int index = ++_lastIndex;
            _links.Add(new Link(index, name, kind, mac ?? new MacAddress(0x0200_0000_0000 + (ulong)index), mtuBytes, false, master, 0) { Alias = alias });
        }
    }

    private void Replace(Link link)
    {
        lock (_links)
        {
            _links[_links.FindIndex(other => other.Index == link.Index)] = link;
        }
    }
}
