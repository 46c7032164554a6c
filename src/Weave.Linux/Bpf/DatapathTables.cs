using System.Buffers.Binary;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>The tables as kernel maps. Layouts are those of bpf/maps.h, in host order.</summary>
internal sealed class DatapathTables(DatapathPrograms programs, Lock gate) : IDatapathTables
{
    private const int ConfigSize = 16;
    private const uint ReadyFlag = 1;
    private const uint BridgedFlag = 2;
    private const uint BridgedIpv6Flag = 4;

    private readonly BpfMap _config = programs.Config;
    private readonly BpfMap _routes = programs.Routes;
    private readonly BpfMap _neighbours = programs.Neighbours;
    private readonly BpfMap _sources = programs.Sources;
    private readonly BpfMap _hops = programs.Hops;
    private readonly BpfMap _macs = programs.Macs;
    private readonly BpfMap _owners = programs.Owners;

    public void SetSelf(ShortId self) => ChangeConfig(config =>
    {
        BinaryPrimitives.WriteUInt32LittleEndian(config, self.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(12), BinaryPrimitives.ReadUInt32LittleEndian(config.AsSpan(12)) | ReadyFlag);
    });

    public void SetBridged(BridgedFrames frames) => ChangeConfig(config =>
    {
        uint others = BinaryPrimitives.ReadUInt32LittleEndian(config.AsSpan(12)) & ~(BridgedFlag | BridgedIpv6Flag);
        uint bridged = frames switch { BridgedFrames.All => BridgedFlag, BridgedFrames.Ipv6 => BridgedIpv6Flag, _ => 0 };
        BinaryPrimitives.WriteUInt32LittleEndian(config.AsSpan(12), others | bridged);
    });

    public void SetRoute(ShortId destination, DatapathRoute route)
    {
        Span<byte> value = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(value, route.Code);
        _routes.Update(Key(stackalloc byte[sizeof(uint)], destination.Value), value);
    }

    public void SetNeighbour(ShortId id, DatapathNeighbour? neighbour)
    {
        Span<byte> value = stackalloc byte[DatapathNeighbour.Size];
        value.Clear();
        neighbour?.Write(value);
        _neighbours.Update(Key(stackalloc byte[sizeof(uint)], id.Value), value);
    }

    public void SetSource(Ipv4Address address, ushort? neighbour)
    {
        Span<byte> key = Key(stackalloc byte[sizeof(uint)], address.Value);
        if (neighbour is not { } id)
        {
            _sources.Delete(key);
            return;
        }

        _sources.Update(key, Key(stackalloc byte[sizeof(uint)], id));
    }

    public void SetHops(ShortId source, DatapathHops? hops)
    {
        Span<byte> key = Key(stackalloc byte[sizeof(uint)], source.Value);
        if (hops is null)
        {
            _hops.Delete(key);
            return;
        }

        byte[] value = new byte[DatapathHops.Size];
        hops.Write(value);
        _hops.Update(key, value);
    }

    public void SetOwners(IReadOnlyDictionary<MacAddress, int> owners)
    {
        List<byte[]> former = [];
        _owners.ForEach((key, _) =>
        {
            if (!owners.ContainsKey(new MacAddress(BinaryPrimitives.ReadUInt64LittleEndian(key))))
            {
                former.Add(key.ToArray());
            }
        });
        former.ForEach(key => _owners.Delete(key));
        byte[] mac = new byte[DatapathMac.KeySize];
        byte[] learned = new byte[DatapathMac.ValueSize];
        Span<byte> veth = stackalloc byte[sizeof(uint)];
        ushort self = (ushort)BinaryPrimitives.ReadUInt32LittleEndian(ReadConfig());
        foreach ((MacAddress address, int port) in owners)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(mac, address.Value);
            if (_owners.TryUpdate(mac, Key(veth, (uint)port)) && _macs.TryLookup(mac, learned)
                && DatapathMac.Read(mac, learned) is var at && (at.Peer.Value != self || (at.Port != 0 && at.Port != port)))
            {
                _macs.Delete(mac);
            }
        }
    }

    public int ForgetMacs(Func<DatapathMac, bool> forget)
    {
        List<byte[]> forgotten = [];
        _macs.ForEach((key, value) =>
        {
            if (forget(DatapathMac.Read(key, value)))
            {
                forgotten.Add(key.ToArray());
            }
        });
        return forgotten.Count(key => _macs.Delete(key));
    }

    internal void SetDevices(int device, int? handover) => ChangeConfig(config =>
    {
        BinaryPrimitives.WriteInt32LittleEndian(config.AsSpan(4), device);
        if (handover is { } tap)
        {
            BinaryPrimitives.WriteInt32LittleEndian(config.AsSpan(8), tap);
        }
    });

    internal DatapathContents Read()
    {
        byte[] config = ReadConfig();
        bool ready = (BinaryPrimitives.ReadUInt32LittleEndian(config.AsSpan(12)) & ReadyFlag) != 0;
        return new DatapathContents
        {
            Self = ready ? new ShortId((ushort)BinaryPrimitives.ReadUInt32LittleEndian(config)) : null,
            Routes = ReadRoutes(),
            Neighbours = ReadNeighbours(),
            Sources = ReadSources(),
            Hops = ReadHops(),
        };
    }

    private SortedDictionary<ShortId, DatapathRoute> ReadRoutes()
    {
        SortedDictionary<ShortId, DatapathRoute> routes = [];
        _routes.ForEach((key, value) =>
        {
            DatapathRoute route = new(BinaryPrimitives.ReadUInt32LittleEndian(value));
            if (route != DatapathRoute.Unknown)
            {
                routes[Id(key)] = route;
            }
        });
        return routes;
    }

    private SortedDictionary<ShortId, DatapathNeighbour> ReadNeighbours()
    {
        SortedDictionary<ShortId, DatapathNeighbour> neighbours = [];
        _neighbours.ForEach((key, value) =>
        {
            if (DatapathNeighbour.TryRead(value, out DatapathNeighbour neighbour))
            {
                neighbours[Id(key)] = neighbour;
            }
        });
        return neighbours;
    }

    private SortedDictionary<Ipv4Address, ushort> ReadSources()
    {
        SortedDictionary<Ipv4Address, ushort> sources = [];
        _sources.ForEach((key, value) =>
            sources[new Ipv4Address(BinaryPrimitives.ReadUInt32LittleEndian(key))] = BinaryPrimitives.ReadUInt16LittleEndian(value));
        return sources;
    }

    private SortedDictionary<ShortId, DatapathHops> ReadHops()
    {
        SortedDictionary<ShortId, DatapathHops> lists = [];
        _hops.ForEach((key, value) => lists[Id(key)] = DatapathHops.Read(value));
        return lists;
    }

    private void ChangeConfig(Action<byte[]> change)
    {
        lock (gate)
        {
            byte[] config = ReadConfig();
            change(config);
            _config.Update(Key(stackalloc byte[sizeof(uint)], 0), config);
        }
    }

    private byte[] ReadConfig()
    {
        byte[] config = new byte[ConfigSize];
        _config.TryLookup(Key(stackalloc byte[sizeof(uint)], 0), config);
        return config;
    }

    private static ShortId Id(ReadOnlySpan<byte> key) => new((ushort)BinaryPrimitives.ReadUInt32LittleEndian(key));

    private static Span<byte> Key(Span<byte> key, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(key, value);
        return key;
    }
}
