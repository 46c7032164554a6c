using System.Net;
using Weave.Core.Firewall;
using Weave.Daemon;
using Weave.Firewall;
using Weave.Persistence;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Names;

/// <summary>
/// The addresses at which names were served on this host, the present one first: containers that were given an earlier
/// one by <c>weave dns-args</c> go on asking there, and their questions are led to the present one.
/// </summary>
/// <remarks>Safe from any thread.</remarks>
internal sealed class DnsAddresses(IStateStore store, HostAddresses host, ProblemBoard problems) : IDnsAddresses
{
    private const string Problem = "dns-address";

    /// <summary>Containers that are older than so many changes have to be made anew.</summary>
    private const int MostFormer = 8;

    private readonly Lock _gate = new();
    private List<string> _served = store.Get(StateKeys.DnsAddresses, NamesJson.Default.ListString) ?? [];
    private IPEndPoint? _present;

    /// <summary>Names are served here from now on.</summary>
    internal void ServedAt(IPEndPoint place, string link)
    {
        lock (_gate)
        {
            _present = link.Length > 0 ? place : null;
            string text = place.Address.ToString();
            if (link.Length == 0 || _served is [var first, ..] && first == text)
            {
                return;
            }

            Keep([text, .. _served.Where(other => other != text).Take(MostFormer)]);
        }
    }

    public string Bridge
    {
        get
        {
            lock (_gate)
            {
                return _present is { } present
                    ? host.Current.FirstOrDefault(own => own.OnBridge && own.Cidr.Address.ToString() == present.Address.ToString())?.Link ?? ""
                    : "";
            }
        }
    }

    public DnsRedirection? Current()
    {
        lock (_gate)
        {
            if (_present is not { } present || _served.Count < 2)
            {
                return null;
            }

            foreach (Ipv4Address address in _served.Skip(1).Select(Ipv4Address.Parse).Where(MayBeSomebodys).ToList())
            {
                problems.Raise(
                    Problem, address.ToString(), $"names are served at {present.Address} now, and not at {address}, which another container may have: containers that were given it by dns-args must be made anew");
                Keep([.. _served.Where(other => other != address.ToString())]);
            }

            List<Ipv4Address> former = [.. _served.Skip(1).Select(Ipv4Address.Parse)];
            return new DnsRedirection(Ipv4Address.Parse(present.Address.ToString()), present.Port, former);
        }
    }

    private void Keep(List<string> served)
    {
        _served = served;
        try
        {
            store.PutSoon(StateKeys.DnsAddresses, served, NamesJson.Default.ListString);
        }
        catch (IOException failure)
        {
            problems.Raise(Problem, "", $"that names are served at {served[0]} cannot be stored: {failure.Message}");
        }
    }

    /// <summary>It lies in a subnet of this host, where whoever is given it must be reached, and is not the host's own.</summary>
    private bool MayBeSomebodys(Ipv4Address address) =>
        host.Current.Any(own => own.Cidr.Contains(address)) && !host.Current.Any(own => own.Cidr.Address == address);
}
