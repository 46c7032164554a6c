using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>
/// The embedded programs, loaded, with their maps. Maps pinned below a directory are used again with what they hold, or
/// their contents are, when they are of another version; closing this closes descriptors only.
/// </summary>
internal sealed unsafe class DatapathPrograms : IDisposable
{
    private const string Resource = "weave.bpf.o";

    private readonly BpfObjectHandle _object;
    private readonly PinnedMaps _pins;
    private readonly Dictionary<string, nint> _maps = [];
    private readonly ConcurrentDictionary<string, uint> _ids = [];

    private DatapathPrograms(BpfObjectHandle instance, string pinDirectory)
    {
        _object = instance;
        _pins = new PinnedMaps(pinDirectory);
    }

    internal BpfMap Config => Map("weave_config", sizeof(uint), 16);

    internal BpfMap Routes => Map("weave_routes", sizeof(uint), sizeof(uint));

    internal BpfMap Neighbours => Map("weave_neigh", sizeof(uint), DatapathNeighbour.Size);

    internal BpfMap Sources => Map("weave_sources", sizeof(uint), sizeof(uint));

    internal BpfMap Hops => Map("weave_hops", sizeof(uint), DatapathHops.Size);

    internal BpfMap Macs => Map("weave_macs", DatapathMac.KeySize, DatapathMac.ValueSize);

    internal BpfMap Owners => Map("weave_owners", DatapathMac.KeySize, sizeof(uint));

    internal BpfMap Counters => Map("weave_counters", sizeof(uint), sizeof(ulong) * BpfNative.PossibleCpus());

    internal BpfMap Events => Map("weave_events", 0, 0);

    /// <summary>Loads the programs; maps are pinned to, or taken from, <paramref name="pinDirectory"/>.</summary>
    /// <param name="pinDirectory">Directory of a bpf file system.</param>
    /// <param name="alter">Makes maps other than the programs have them; for tests of what another version left.</param>
    /// <exception cref="KernelException">The kernel takes them not; the message ends with the verifier's reasons.</exception>
    internal static DatapathPrograms Load(string pinDirectory, Action<string, nint>? alter = null)
    {
        byte[] image = ReadImage();
        BpfMessages.Begin();
        nint opened;
        fixed (byte* pinned = image)
        {
            opened = BpfNative.ObjectOpen(pinned, (nuint)image.Length, 0);
        }

        if (opened == 0)
        {
            throw new KernelException("open the datapath programs", Marshal.GetLastPInvokeError(), BpfMessages.Take());
        }

        DatapathPrograms programs = new(new BpfObjectHandle(opened), pinDirectory);
        try
        {
            programs.Load(image, alter);
            return programs;
        }
        catch
        {
            programs.Dispose();
            throw;
        }
    }

    internal int Program(string name)
    {
        nint program = BpfNative.FindProgram(_object, name);
        return program == 0 ? throw new KernelException($"find program {name}", Errno.ENOENT) : BpfNative.ProgramDescriptor(program);
    }

    /// <summary>The kernel's number of a program, by which it is known at a device.</summary>
    internal uint Id(string name)
    {
        if (_ids.TryGetValue(name, out uint known))
        {
            return known;
        }

        using SafeFileHandle program = new(Program(name), ownsHandle: false);
        uint* info = stackalloc uint[2]; // struct bpf_prog_info: type, id, ...
        uint size = 2 * sizeof(uint);
        int result = BpfNative.ReadInfo(program, info, &size);
        return result < 0 ? throw new KernelException($"read what program {name} is", -result) : _ids[name] = info[1];
    }

    /// <summary>Whether all maps are where the next process looks for them.</summary>
    internal bool ArePinned(string directory) => _maps.Keys.All(name => File.Exists(Path.Combine(directory, name)));

    /// <summary>Pins the maps that are not.</summary>
    internal void Pin(string directory)
    {
        foreach ((string name, nint map) in _maps.Where(map => !File.Exists(Path.Combine(directory, map.Key))))
        {
            int result = BpfNative.Pin(BpfNative.MapDescriptor(map), Path.Combine(directory, name));
            if (result < 0)
            {
                throw new KernelException($"pin map {name}", -result);
            }
        }
    }

    /// <summary>All of them are attached: maps of another version are not used any more.</summary>
    internal void Commit() => _pins.Commit();

    public void Dispose() => _object.Dispose();

    private void Load(byte[] image, Action<string, nint>? alter)
    {
        for (nint program = BpfNative.NextProgram(_object, 0); program != 0; program = BpfNative.NextProgram(_object, program))
        {
            _ = BpfNative.ProgramSetType(program, BpfNative.BPF_PROG_TYPE_SCHED_CLS); // fails only once loaded
        }

        for (nint map = BpfNative.NextMap(_object, 0); map != 0; map = BpfNative.NextMap(_object, map))
        {
            string name = Marshal.PtrToStringUTF8(BpfNative.MapName(map)) ?? "";
            _maps[name] = map;
            alter?.Invoke(name, map);
            int result = BpfNative.MapSetPinPath(map, _pins.PathFor(name, BpfMapShape.Wanted(map)));
            if (result < 0)
            {
                throw new KernelException($"name map {name}", -result, BpfMessages.Take());
            }
        }

        int loaded = BpfNative.ObjectLoad(_object);
        GC.KeepAlive(image);
        if (loaded < 0)
        {
            throw new KernelException("load the datapath programs", -loaded, BpfMessages.Take());
        }

        foreach ((string name, nint map) in _maps)
        {
            using SafeFileHandle made = new(BpfNative.MapDescriptor(map), ownsHandle: false);
            _pins.Fill(name, made);
        }
    }

    private BpfMap Map(string name, int keySize, int valueSize) =>
        new(name, new SafeFileHandle(BpfNative.MapDescriptor(_maps[name]), ownsHandle: false), keySize, valueSize);

    private static byte[] ReadImage()
    {
        using Stream stream = typeof(DatapathPrograms).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("this build embeds no datapath programs");
        byte[] image = new byte[stream.Length];
        stream.ReadExactly(image);
        return image;
    }
}
