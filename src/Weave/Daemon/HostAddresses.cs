using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Daemon;

/// <summary>
/// The addresses of this host, for those who must not look themselves because somebody waits for their answer: kept by a
/// thread that hears from the kernel when one comes or goes, and looks again from time to time besides.
/// </summary>
internal sealed class HostAddresses : IHostedService, IDisposable
{
    private const string Problem = "host-addresses";
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HearEvery = TimeSpan.FromMilliseconds(500);

    /// <summary>Changes come in swarms: one look for all of them, and not too many looks whatever happens.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(20);

    private readonly ILinks _links;
    private readonly IAddresses _addresses;
    private readonly IRoutes _routes;
    private readonly ProblemBoard _problems;
    private readonly ManualResetEventSlim _stopping = new();
    private readonly Lock _gate = new();
    private Action<IReadOnlyList<LocalAddress>> _changed = _ => { };
    private volatile IReadOnlyList<LocalAddress> _current = [];

    /// <summary>Looks once.</summary>
    public HostAddresses(ILinks links, IAddresses addresses, IRoutes routes, ProblemBoard problems)
    {
        _links = links;
        _addresses = addresses;
        _routes = routes;
        _problems = problems;
        Look();
    }

    /// <summary>As they are now, by link and in the order in which they were added. While they cannot be read, as they were last.</summary>
    internal IReadOnlyList<LocalAddress> Current => _current;

    /// <summary>Has <paramref name="hear"/> told them now, and whenever they are others.</summary>
    internal void Follow(Action<IReadOnlyList<LocalAddress>> hear)
    {
        lock (_gate)
        {
            _changed += hear;
            hear(_current);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        new Thread(Run) { Name = "addresses", IsBackground = true }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _stopping.Set();
        return Task.CompletedTask;
    }

    // The thread may be waiting on it still.
    public void Dispose() => _stopping.Set();

    /// <summary>Three lists, whatever the number of links.</summary>
    internal void Look()
    {
        try
        {
            LocalAddress[] found = [.. Read()];
            lock (_gate)
            {
                if (!found.SequenceEqual(_current))
                {
                    _current = found;
                    _changed(found);
                }
            }

            _problems.Clear(Problem);
        }
        catch (KernelException reason)
        {
            _problems.Raise(Problem, "", $"the addresses of this host cannot be read, and what depends on them stays as it was: {reason.Message}");
        }
    }

    private IEnumerable<LocalAddress> Read()
    {
        Dictionary<int, Link> links = _links.List().ToDictionary(link => link.Index);
        HashSet<int> outward = [.. _routes.List().Where(route => route.Destination.PrefixLength == 0).Select(route => route.LinkIndex)];
        foreach ((int index, Ipv4Cidr cidr) in _addresses.List())
        {
            if (links.TryGetValue(index, out Link? link)) // else it came after we had listed them, and we shall hear of it
            {
                yield return new LocalAddress(link.Name, cidr, link.Kind == "bridge", outward.Contains(index));
            }
        }
    }

    private void Run()
    {
        while (!_stopping.IsSet)
        {
            try
            {
                Hear();
            }
            catch (KernelException reason)
            {
                _problems.Raise(Problem, "", $"changes of this host's addresses are not heard of: {reason.Message}");
                _stopping.Wait(LookEvery);
            }
        }
    }

    private void Hear()
    {
        using AddressMonitor monitor = new(HearEvery);
        Look();
        long looked = Stopwatch.GetTimestamp();
        while (!_stopping.IsSet)
        {
            if (monitor.Wait() || Stopwatch.GetElapsedTime(looked) > LookEvery)
            {
                _stopping.Wait(Settling);
                Look();
                looked = Stopwatch.GetTimestamp();
            }
        }
    }
}
