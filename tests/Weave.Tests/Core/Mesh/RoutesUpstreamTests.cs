using System.Text.Json;
using Weave.Core.Mesh;
using Weave.Tests.Support;
using Weave.Wire.Mesh;
using Weave.Wire.Primitives;

namespace Weave.Tests.Core.Mesh;

/// <summary>In every recorded topology a peer's upstream is the one whose broadcast list names it.</summary>
public sealed class RoutesUpstreamTests
{
    [Fact]
    public void Upstream_is_who_passes_a_broadcast_on_to_us()
    {
        foreach (JsonElement row in Vectors.Json("logic/routes.json").GetProperty("cases").EnumerateArray())
        {
            List<PeerRecord> peers = row.GetProperty("topology").Peers();
            List<RoutesSnapshot> views = peers.ConvertAll(own =>
                new Routes(TopologyJson.Build(own with { Version = (ulong)own.Links.Count }, peers)).Data);
            foreach (RoutesSnapshot view in views)
            {
                foreach (PeerName source in peers.Select(peer => peer.Name).Where(source => view.Unicast.ContainsKey(source)))
                {
                    PeerName expected = views.Where(other => other.Broadcast(source).Contains(view.Self)).Select(other => other.Self).SingleOrDefault();
                    Assert.True(expected == view.Upstream(source), $"{row.GetProperty("name")}: {source} at {view.Self}");
                }
            }
        }
    }
}
