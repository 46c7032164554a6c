using Microsoft.Extensions.Logging.Abstractions;
using Weave.Daemon;
using Weave.Linux.Netlink;
using Weave.Names;
using Weave.Persistence;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Tests.Fakes;

/// <summary>A host whose addresses a test changes.</summary>
internal sealed class FakeHostAddresses
{
    internal FakeHostAddresses()
    {
        Addresses = new FakeAddresses(Links);
        Problems = new ProblemBoard(TimeProvider.System, NullLogger<ProblemBoard>.Instance);
        Host = new HostAddresses(Links, Addresses, Routes, Problems);
    }

    internal FakeLinks Links { get; } = new();

    internal FakeAddresses Addresses { get; }

    internal FakeRoutes Routes { get; } = new();

    internal ProblemBoard Problems { get; }

    internal HostAddresses Host { get; }

    internal MemoryStateStore Store { get; init; } = new();

    internal DnsAddresses Served => field ??= new DnsAddresses(Store, Host, Problems);

    /// <summary>A server of names on this host.</summary>
    internal NamesDaemon Serve(DaemonOptions options, NameService names, TimeProvider time) =>
        new(options, names, Host, Addresses, Served, Problems, time, NullLogger.Instance);

    /// <summary>A bridge with an address, which the kernel tells of.</summary>
    internal void AddBridge(string name, string cidr)
    {
        Links.CreateBridge(name);
        Add(name, cidr);
    }

    internal void Add(string link, string cidr)
    {
        Addresses.Add(link, Ipv4Cidr.Parse(cidr));
        Host.Look();
    }

    internal void Remove(string link, string cidr)
    {
        Addresses.Remove(link, Ipv4Cidr.Parse(cidr));
        Host.Look();
    }
}
