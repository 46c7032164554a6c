using Weave.Core.Overlay.Datapath;
using Weave.Linux.Bpf;

namespace Weave.Overlay.Fast;

/// <summary>Carries plans out.</summary>
internal static class DatapathApplier
{
    internal static void Apply(IDatapathTables tables, IReadOnlyList<DatapathChange> plan)
    {
        foreach (DatapathChange change in plan)
        {
            switch (change)
            {
                case DatapathChange.SetSelf self:
                    tables.SetSelf(self.Id);
                    break;
                case DatapathChange.SetNeighbour neighbour:
                    tables.SetNeighbour(neighbour.Id, neighbour.To);
                    break;
                case DatapathChange.SetSource source:
                    tables.SetSource(source.Address, source.To);
                    break;
                case DatapathChange.SetRoute route:
                    tables.SetRoute(route.Destination, route.To);
                    break;
                case DatapathChange.SetHops hops:
                    tables.SetHops(hops.Source, hops.To);
                    break;
                case DatapathChange.ForgetMacs forgotten:
                    tables.ForgetMacs(mac => forgotten.Peers.Contains(mac.Peer));
                    break;
            }
        }
    }

    internal static DatapathSpec ToSpec(DatapathContents contents) => new()
    {
        Self = contents.Self,
        Routes = new(contents.Routes.ToDictionary()),
        Neighbours = new(contents.Neighbours.ToDictionary()),
        Sources = new(contents.Sources.ToDictionary()),
        Hops = new(contents.Hops.ToDictionary()),
    };
}
