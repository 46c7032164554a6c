using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>
/// Network interfaces of the calling thread's namespace. Everything throws <see cref="KernelException"/> with a
/// message that names the link when the kernel refuses.
/// </summary>
public interface ILinks
{
    /// <summary>The link of this name, or null.</summary>
    Link? Find(string name);

    /// <summary>The link of this number, or null.</summary>
    Link? At(int index);

    /// <summary>All links, by index; only those of a <see cref="Link.Kind"/> if one is given, which is cheap among many others.</summary>
    IReadOnlyList<Link> List(string kind = "");

    /// <summary>A veth's other end, in the namespace where it is; null when it is here, or cannot be told.</summary>
    Link? OtherEnd(Link link);

    /// <summary>Creates a bridge, down. An existing link of this name is an error (<see cref="Errno.EEXIST"/>).</summary>
    void CreateBridge(string name);

    /// <summary>Creates a veth pair, down. An existing link of either name is an error (<see cref="Errno.EEXIST"/>).</summary>
    void CreateVeth(VethSpec spec);

    /// <summary>Creates an external-mode VXLAN device, down. A taken port shows when it is set up (<see cref="Errno.EADDRINUSE"/>).</summary>
    void CreateVxlan(VxlanSpec spec);

    /// <summary>Changes an existing link.</summary>
    void Change(string name, LinkChange change);

    /// <summary>Deletes the link if it exists; a veth takes its other end along.</summary>
    /// <returns>It existed.</returns>
    bool Delete(string name);

    /// <summary>Index of the link through which leaves what arrives at this one; 0 when it is not redirected, or that link is gone.</summary>
    int RedirectedTo(string name);

    /// <summary>What arrives at one link leaves through another instead, as long as both are there.</summary>
    /// <exception cref="KernelException">Also for a kernel that cannot do it (cls_u32, act_mirred).</exception>
    void Redirect(string from, string to);

    /// <summary>Makes the device compute checksums in software, for those who read its packets as they are.</summary>
    void DisableTransmitChecksum(string name);
}
