using System.Buffers.Binary;
using System.Collections.Concurrent;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>
/// The fast datapath in the kernel. Opening it is: 1. find or make the VXLAN device, 2. load the programs over the
/// pinned maps if the device still carries programs (over copies of them if they are of another version), over new maps
/// otherwise, 3. attach the programs in place of older ones. So traffic goes on while a daemon is replaced, and nothing
/// of an earlier boot or a removed namespace is used.
/// </summary>
public sealed class FastDatapath : IFastDatapath, IDatapathPieces
{
    private readonly FastDatapathSpec _spec;
    private readonly ILinks _links;
    private readonly ISysctls _sysctls;
    private readonly DatapathPrograms _programs;
    private readonly DatapathTables _tables;
    private readonly HeartbeatSocket _heartbeats;
    private readonly ConcurrentDictionary<ushort, int> _others = [];
    private readonly string _pins;
    private volatile int _device;
    private volatile int _handover;

    private FastDatapath(FastDatapathSpec spec, ILinks links, ISysctls sysctls, DatapathPrograms programs, int device, string pins)
    {
        _pins = pins;
        _spec = spec;
        _links = links;
        _sysctls = sysctls;
        _programs = programs;
        _device = device;
        _tables = new DatapathTables(programs, new Lock());
        _heartbeats = new HeartbeatSocket(device);
    }

    public IDatapathTables Tables => _tables;

    /// <summary>Makes or adopts the datapath in the calling thread's network namespace.</summary>
    /// <param name="spec">Which devices.</param>
    /// <param name="links">Network interfaces of this namespace.</param>
    /// <param name="sysctls">Settings of this namespace.</param>
    /// <param name="adopted">It ran already, and went on with what its tables hold.</param>
    /// <exception cref="KernelException">
    /// It cannot be had; nothing of it is left behind unless it ran already. <see cref="Errno.EADDRINUSE"/>: the UDP port is taken.
    /// </exception>
    public static FastDatapath Open(FastDatapathSpec spec, ILinks links, ISysctls sysctls, out bool adopted) =>
        Open(spec, links, sysctls, null, out adopted);

    /// <summary>The same, with maps as <paramref name="alter"/> makes them: for tests of what another version left.</summary>
    internal static FastDatapath Open(FastDatapathSpec spec, ILinks links, ISysctls sysctls, Action<string, nint>? alter, out bool adopted)
    {
        BpfFileSystem.EnsureMounted(spec.BpfMount);
        string pins = BpfFileSystem.DirectoryOfThisNamespace(spec.PinRoot);
        adopted = FindDevice(links, spec.Port) is { } existing && TcProgram.Find(existing.Index, TcHookPoint.Egress) != 0 && Directory.Exists(pins);
        if (!adopted)
        {
            RemovePins(pins);
        }

        Directory.CreateDirectory(pins);
        Link device = EnsureDevice(spec, links, sysctls, spec.FirstName, spec.Bridge, spec.Port);
        DatapathPrograms? programs = null;
        try
        {
            programs = DatapathPrograms.Load(pins, alter);
            FastDatapath datapath = new(spec, links, sysctls, programs, device.Index, pins);
            datapath._tables.SetDevices(device.Index, null);
            datapath.AttachDevice(device.Index);
            datapath.RemoveOtherPorts(device);
            datapath.ReplacePrograms();
            datapath.Name(device);
            programs.Commit();
            return datapath;
        }
        catch
        {
            programs?.Dispose();
            if (!adopted)
            {
                links.Delete(device.Name);
                RemovePins(pins);
            }

            throw;
        }
    }

    /// <summary>Removes devices, programs and pinned maps of the calling thread's namespace.</summary>
    public static void Remove(FastDatapathSpec spec, ILinks links)
    {
        foreach (Link link in links.List())
        {
            if (IsTunnel(link) && TcProgram.Find(link.Index, TcHookPoint.Ingress) != 0)
            {
                links.Delete(link.Name);
            }
            else if (link.Kind == "veth")
            {
                TcProgram.Detach(link.Index, TcHookPoint.Ingress);
            }
        }

        if (FindDevice(links, spec.Port) is { } device)
        {
            links.Delete(device.Name);
        }

        RemovePins(BpfFileSystem.DirectoryOfThisNamespace(spec.PinRoot));
    }

    public int DeviceForPort(ushort port)
    {
        if (port == _spec.Port)
        {
            return 0;
        }

        Link device = EnsureDevice(_spec, _links, _sysctls, FastDatapathSpec.DeviceFor(port), null, port);
        AttachDevice(device.Index);
        _others[port] = device.Index;
        return device.Index;
    }

    public void AttachHandover(string tap)
    {
        Link link = _links.Find(tap) ?? throw new KernelException($"hand over to \"{tap}\"", Errno.ENODEV);
        TcProgram.Attach(_programs.Program(DatapathProgram.Handover), link.Index, TcHookPoint.Ingress);
        _handover = link.Index;
        _tables.SetDevices(_device, link.Index);
    }

    public IDatapathPieces Pieces => this;

    FastDatapathSpec IDatapathPieces.Spec => _spec;

    IReadOnlyCollection<ushort> IDatapathPieces.OtherPorts => [.. _others.Keys.Order()];

    bool IDatapathPieces.Carries(string program, int link) => TcProgram.Find(link, HookOf(program)) == _programs.Id(program);

    void IDatapathPieces.Attach(string program, int link)
    {
        TcProgram.Attach(_programs.Program(program), link, HookOf(program));
        if (program == DatapathProgram.Handover)
        {
            _handover = link;
            _tables.SetDevices(_device, link);
        }
    }

    bool IDatapathPieces.Use(int link)
    {
        if (_device == link)
        {
            return false;
        }

        _device = link;
        _heartbeats.Use(link);
        _tables.SetDevices(link, _handover == 0 ? null : _handover);
        return true;
    }

    bool IDatapathPieces.Use(ushort port, int link)
    {
        bool other = _others.GetValueOrDefault(port) != link;
        _others[port] = link;
        return other;
    }

    bool IDatapathPieces.RestorePins()
    {
        if (_programs.ArePinned(_pins))
        {
            return false;
        }

        BpfFileSystem.EnsureMounted(_spec.BpfMount);
        Directory.CreateDirectory(_pins);
        _programs.Pin(_pins);
        return true;
    }

    public void AttachPort(string veth)
    {
        Link link = _links.Find(veth) ?? throw new KernelException($"skip the bridge for \"{veth}\"", Errno.ENODEV);
        TcProgram.Attach(_programs.Program(DatapathProgram.Port), link.Index, TcHookPoint.Ingress);
    }

    public void DetachPorts(IReadOnlySet<int> ports)
    {
        foreach (int port in ports)
        {
            TcProgram.Detach(port, TcHookPoint.Ingress);
        }

        // After the programs, or they would learn it again. Frames go through the bridge from here on.
        _tables.ForgetMacs(mac => ports.Contains(mac.Port));
    }

    public bool IsAttached(int port) => TcProgram.Find(port, TcHookPoint.Ingress) == _programs.Id(DatapathProgram.Port);

    public void SendHeartbeat(ShortId neighbour, ReadOnlySpan<byte> frame) => _heartbeats.Send(neighbour, frame);

    public IDisposable Listen(DatapathEventHandler handler) => new EventReader(_programs.Events, handler);

    public DatapathContents Read() => _tables.Read();

    public IReadOnlyList<DatapathMac> ReadMacs()
    {
        List<DatapathMac> macs = [];
        _programs.Macs.ForEach((key, value) => macs.Add(DatapathMac.Read(key, value)));
        macs.Sort(static (a, b) => a.Address.CompareTo(b.Address));
        return macs;
    }

    public IReadOnlyDictionary<DatapathCounter, ulong> ReadCounters()
    {
        Dictionary<DatapathCounter, ulong> counters = [];
        BpfMap map = _programs.Counters;
        byte[] perCpu = new byte[sizeof(ulong) * BpfNative.PossibleCpus()];
        byte[] key = new byte[sizeof(uint)];
        foreach (DatapathCounter counter in Enum.GetValues<DatapathCounter>())
        {
            BinaryPrimitives.WriteInt32LittleEndian(key, (int)counter);
            map.TryLookup(key, perCpu);
            ulong sum = 0;
            for (int cpu = 0; cpu < perCpu.Length; cpu += sizeof(ulong))
            {
                sum += BinaryPrimitives.ReadUInt64LittleEndian(perCpu.AsSpan(cpu));
            }

            counters[counter] = sum;
        }

        return counters;
    }

    public void Dispose()
    {
        _heartbeats.Dispose();
        _programs.Dispose();
    }

    internal int Program(string name) => _programs.Program(name);

    internal BpfMap Macs => _programs.Macs;

    private void AttachDevice(int ifindex)
    {
        TcProgram.Attach(_programs.Program(DatapathProgram.Egress), ifindex, TcHookPoint.Egress);
        TcProgram.Attach(_programs.Program(DatapathProgram.Ingress), ifindex, TcHookPoint.Ingress);
    }

    private static TcHookPoint HookOf(string program) => program == DatapathProgram.Egress ? TcHookPoint.Egress : TcHookPoint.Ingress;

    /// <summary>
    /// Devices that carry programs of an earlier process get these: tables of another version would be found by the
    /// programs at some devices only.
    /// </summary>
    private void ReplacePrograms()
    {
        List<Link> carriers = [.. _links.List().Where(link => TcProgram.Find(link.Index, TcHookPoint.Ingress) != 0)];
        foreach (Link tunnel in carriers.Where(IsTunnel))
        {
            AttachDevice(tunnel.Index);
        }

        List<Link> ports = [.. carriers.Where(link => link.Kind == "veth")];
        if (!_spec.SkipsBridge)
        {
            DetachPorts(ports.Select(port => port.Index).ToHashSet());
            _tables.ForgetMacs(mac => mac.Port != 0); // also of ports that are gone
            return;
        }

        foreach (Link port in ports)
        {
            TcProgram.Attach(_programs.Program(DatapathProgram.Port), port.Index, TcHookPoint.Ingress);
        }
    }

    /// <summary>A pair by which an original router was joined to the bridge has that name; it leads nowhere any more.</summary>
    private void Name(Link device)
    {
        if (_links.Find(FastDatapathSpec.PolicyPortName) is { Kind: "veth", Name: FastDatapathSpec.PolicyPortName } old)
        {
            _links.Delete(old.Name);
        }

        LinkNames.Set(_links, device, _spec.FirstName, _spec.SecondName);
    }

    /// <summary>An earlier process with another port had another device on the bridge: frames would leave by both.</summary>
    private void RemoveOtherPorts(Link device)
    {
        foreach (Link other in _links.List().Where(link => IsTunnel(link) && link.MasterIndex == device.MasterIndex && link.Index != device.Index))
        {
            if (TcProgram.Find(other.Index, TcHookPoint.Egress) != 0)
            {
                _links.Delete(other.Name);
            }
        }
    }

    /// <summary>It is one of the datapath's VXLAN devices, by its name.</summary>
    public static bool IsTunnel(Link link) =>
        link.Kind == "vxlan" && (link.Name.StartsWith("vxlan-", StringComparison.Ordinal) || link.Name == FastDatapathSpec.PolicyPortName);

    /// <summary>Our device for a port, by whichever of its names.</summary>
    private static Link? FindDevice(ILinks links, ushort port) =>
        links.List().FirstOrDefault(link => IsTunnel(link) && link.TunnelPort == port);

    private static Link EnsureDevice(FastDatapathSpec spec, ILinks links, ISysctls sysctls, string name, string? bridge, ushort port)
    {
        string? found = FindDevice(links, port)?.Name;
        name = found ?? name;
        if (found is null)
        {
            links.CreateVxlan(new VxlanSpec(name) { Port = port, MtuBytes = spec.MtuBytes });
            sysctls.Write($"net/ipv6/conf/{name}/disable_ipv6", "1"); // it speaks for containers only, not for itself
        }

        try
        {
            links.Change(name, new LinkChange { Master = bridge, MtuBytes = spec.MtuBytes, Up = true });
        }
        catch when (found is null)
        {
            links.Delete(name);
            throw;
        }

        return links.Find(name) ?? throw new KernelException($"look up link \"{name}\"", Errno.ENODEV);
    }

    private static void RemovePins(string pins)
    {
        if (Directory.Exists(pins))
        {
            Directory.Delete(pins, recursive: true);
        }
    }
}
