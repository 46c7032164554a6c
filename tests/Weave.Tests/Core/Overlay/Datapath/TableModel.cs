using Weave.Core.Overlay.Datapath;
using Weave.Wire.Vxlan;

namespace Weave.Tests.Core.Overlay.Datapath;

/// <summary>Tables as the kernel would hold them while a plan is carried out.</summary>
internal sealed class TableModel(DatapathSpec found)
{
    internal DatapathSpec Spec { get; private set; } = found with
    {
        Routes = new(found.Routes), Neighbours = new(found.Neighbours), Sources = new(found.Sources), Hops = new(found.Hops),
    };

    /// <summary>Every neighbour that a route or a list names is there.</summary>
    internal bool IsClosed =>
        Spec.Routes.Values.All(route => route.Neighbour is not { } via || Spec.Neighbours.ContainsKey(via))
        && Spec.Hops.Values.SelectMany(list => list.Hops).All(Spec.Neighbours.ContainsKey);

    internal void Apply(DatapathChange change)
    {
        switch (change)
        {
            case DatapathChange.SetSelf self:
                Spec = Spec with { Self = self.Id };
                break;
            case DatapathChange.SetNeighbour { To: { } to } neighbour:
                Spec.Neighbours[neighbour.Id] = to;
                break;
            case DatapathChange.SetNeighbour neighbour:
                Spec.Neighbours.Remove(neighbour.Id);
                break;
            case DatapathChange.SetSource { To: { } to } source:
                Spec.Sources[source.Address] = to;
                break;
            case DatapathChange.SetSource source:
                Spec.Sources.Remove(source.Address);
                break;
            case DatapathChange.SetRoute route when route.To == DatapathRoute.Unknown:
                Spec.Routes.Remove(route.Destination);
                break;
            case DatapathChange.SetRoute route:
                Spec.Routes[route.Destination] = route.To;
                break;
            case DatapathChange.SetHops { To: { } to } hops:
                Spec.Hops[hops.Source] = to;
                break;
            case DatapathChange.SetHops hops:
                Spec.Hops.Remove(hops.Source);
                break;
        }
    }
}
