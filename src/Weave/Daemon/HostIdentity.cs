using System.Security.Cryptography;
using Weave.Wire.Primitives;

namespace Weave.Daemon;

/// <summary>What the name of this peer is made from, so that a host keeps its name across restarts and upgrades.</summary>
/// <remarks>Protocol section 7.6.</remarks>
public sealed class HostIdentity
{
    private readonly string _hostRoot;
    private readonly string _sys;

    /// <param name="hostRoot">Where the host's files are; empty on the host itself.</param>
    /// <param name="sys">Where sysfs is.</param>
    public HostIdentity(string hostRoot, string sys = "/sys")
    {
        _hostRoot = hostRoot;
        _sys = sys;
    }

    /// <summary>
    /// The name given by the user; else the address of the bridge that is already there; else the stored name if it was
    /// made from the hardware alone, as releases before 1.5 did; else one made from the machine's ids.
    /// </summary>
    /// <exception cref="OptionException">The given name is none, or this machine has no id.</exception>
    public PeerName Name(string? given, string bridge, Func<PeerName?> stored)
    {
        if (given is not null)
        {
            return PeerName.TryParse(given, out PeerName name) ? name : throw new OptionException($"invalid peer name format: \"{given}\"");
        }

        if (Read($"{_sys}/class/net/{bridge}/address") is { } address && PeerName.TryParse(System.Text.Encoding.ASCII.GetString(address).TrimEnd(), out PeerName ofBridge))
        {
            return ofBridge;
        }

        byte[] hardware = Read($"{_sys}/class/dmi/id/product_uuid") ?? Read($"{_sys}/hypervisor/uuid") ?? [];
        if (hardware.Length > 0 && stored() is { } before && before == FromIdentity(hardware))
        {
            return before;
        }

        byte[] machine = Read($"{_hostRoot}/etc/machine-id") ?? Read($"{_hostRoot}/var/lib/dbus/machine-id") ?? [];
        return hardware.Length + machine.Length > 0
            ? FromIdentity([.. machine, .. hardware])
            : throw new OptionException("All system IDs are blank: give this peer a name with --name");
    }

    /// <summary>
    /// What of this machine does not come along when its disk is copied: ids of board and hypervisor, MAC addresses of its
    /// network devices. As hashes, in order; empty where nothing of the kind can be read.
    /// </summary>
    public IReadOnlyList<string> Hardware()
    {
        List<byte[]> found = [];
        foreach (string path in new[] { $"{_sys}/class/dmi/id/product_uuid", $"{_sys}/class/dmi/id/board_serial", $"{_sys}/hypervisor/uuid" }.Concat(PhysicalDevices()))
        {
            if (Read(path) is { Length: > 0 } content)
            {
                found.Add([.. System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(path)), .. content]);
            }
        }

        return [.. found.Select(value => Convert.ToHexString(SHA256.HashData(value))[..16]).Distinct().Order(StringComparer.Ordinal)];
    }

    private IEnumerable<string> PhysicalDevices()
    {
        string devices = $"{_sys}/class/net";
        return Directory.Exists(devices)
            ? Directory.EnumerateFileSystemEntries(devices).Where(device => Path.Exists($"{device}/device")).Select(device => $"{device}/address")
            : [];
    }

    /// <summary>A locally administered unicast address made from <paramref name="identity"/>.</summary>
    public static PeerName FromIdentity(ReadOnlySpan<byte> identity)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. "9oBJ0Jmip-"u8, .. identity], hash);
        hash[0] = (byte)((hash[0] & ~1) | 2);
        return PeerName.Read(hash);
    }

    private static byte[]? Read(string path)
    {
        try
        {
            // Not all at once by its length: files of sysfs claim to be a page long.
            using FileStream file = File.OpenRead(path);
            using MemoryStream content = new();
            file.CopyTo(content);
            return content.ToArray();
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
