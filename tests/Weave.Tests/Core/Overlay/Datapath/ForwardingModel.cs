using Weave.Core.Overlay.Datapath;
using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Core.Overlay.Datapath;

/// <summary>Carries frames by tables as the programs do, counting what arrives and what is sent.</summary>
internal sealed class ForwardingModel(IReadOnlyDictionary<ShortId, DatapathSpec> tables)
{
    private const int StartTimeToLive = 64;
    private const int Limit = 1_000_000;

    private readonly Queue<Flight> _air = new();

    private readonly record struct Flight(ShortId At, ShortId Previous, ShortId Source, ShortId Destination, int TimeToLive, bool Flooded);

    /// <summary>How often a frame was delivered at each peer.</summary>
    internal Dictionary<ShortId, int> Delivered { get; } = [];

    internal int Sent { get; private set; }

    internal ForwardingModel Unicast(ShortId source, ShortId destination)
    {
        if (tables[source].Routes.TryGetValue(destination, out var route) && route.Neighbour is { } via)
        {
            Send(new Flight(via, source, source, destination, StartTimeToLive, Flooded: false));
        }

        return Run();
    }

    internal ForwardingModel Broadcast(ShortId source)
    {
        foreach (ShortId hop in tables[source].Hops.GetValueOrDefault(source)?.Hops ?? [])
        {
            Send(new Flight(hop, source, source, hop, StartTimeToLive, Flooded: true));
        }

        return Run();
    }

    private ForwardingModel Run()
    {
        while (_air.TryDequeue(out Flight flight) && Sent < Limit)
        {
            Arrive(flight);
        }

        return this;
    }

    private void Arrive(Flight flight)
    {
        DatapathSpec spec = tables[flight.At];
        if (flight.Source == flight.At || !spec.Routes.ContainsKey(flight.Source))
        {
            return;
        }

        if (flight.Destination != flight.At)
        {
            if (spec.Routes.TryGetValue(flight.Destination, out var route) && route.Neighbour is { } via && via != flight.Previous && flight.TimeToLive > 1)
            {
                Send(flight with { At = via, Previous = flight.At, TimeToLive = flight.TimeToLive - 1 });
            }

            return;
        }

        Delivered[flight.At] = Delivered.GetValueOrDefault(flight.At) + 1;
        if (!flight.Flooded || flight.TimeToLive <= 1)
        {
            return;
        }

        DatapathHops? list = spec.Hops.GetValueOrDefault(flight.Source);
        bool expected = list?.Upstream is not { } upstream || upstream == flight.Previous;
        foreach (ShortId hop in (expected ? list?.Hops ?? [] : []).Where(hop => hop != flight.Previous))
        {
            Send(flight with { At = hop, Previous = flight.At, Destination = hop, TimeToLive = flight.TimeToLive - 1 });
        }
    }

    private void Send(Flight flight)
    {
        Sent++;
        _air.Enqueue(flight);
    }
}
