using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>Addresses that exist only here.</summary>
internal sealed class FakeAddresses(ILinks links) : IAddresses
{
    private readonly List<LinkAddress> _all = [];

    /// <summary>How often somebody listed them.</summary>
    internal int Looks { get; private set; }

    /// <summary>What the kernel says to the next question, if anything.</summary>
    internal KernelException? Refusal { get; set; }

    public IReadOnlyList<Ipv4Cidr> List(string link) => [.. List().Where(found => found.LinkIndex == Index(link)).Select(found => found.Cidr)];

    public IReadOnlyList<LinkAddress> List()
    {
        Looks++;
        return Refusal is null ? [.. _all] : throw Refusal;
    }

    public bool Add(string link, Ipv4Cidr address, bool hostOnly = false)
    {
        LinkAddress added = new(Index(link), address);
        if (_all.Contains(added))
        {
            return false;
        }

        _all.Add(added);
        return true;
    }

    public bool Remove(string link, Ipv4Cidr address) => _all.Remove(new LinkAddress(Index(link), address));

    private int Index(string link) => links.Find(link)?.Index ?? throw new KernelException($"look up link \"{link}\"", Errno.ENODEV);
}
