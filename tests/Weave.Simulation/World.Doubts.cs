using System.Net;
using Weave.Core.Mesh;

namespace Weave.Simulation;

/// <summary>What a kernel tells of connections whose other end does not answer, and a name server of names.</summary>
public sealed partial class World
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan NetworkNoticed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Tells each end that the other one does not answer, and that it does again, until they are closed.</summary>
    private void WatchAnswers(SimulatedLink link) => At(Now + KeepAlive, () => LookAtAnswers(link));

    private void LookAtAnswers(SimulatedLink link)
    {
        bool again = false;
        foreach (SimulatedLink.End end in new[] { link.Dialler, link.Acceptor }.Where(end => end is { IsAlive: true, Open: true } && end.Peer.Links.ContainsKey(end.Id)))
        {
            SimulatedLink.End other = link.Other(end);
            bool answers = Reaches(link) && other is { IsAlive: true, Open: true };
            if (answers == end.IsDoubted)
            {
                end.IsDoubted = !answers;
                Step(end.Peer, now => end.Peer.Router.OnAnswering(now, end.Id, answers));
            }

            again |= end.IsDoubted;
        }

        if (again)
        {
            At(Now + Second, () => LookAtAnswers(link));
        }
    }

    private void LookUp(SimulatedPeer peer, MeshEffect.LookUp lookUp)
    {
        IReadOnlyList<IPAddress>? found = _names.GetValueOrDefault(lookUp.Name);
        Later(peer, Options.Latency * 2, now =>
        {
            if (found is { Count: > 0 })
            {
                peer.Router.OnFound(now, lookUp.Text, found);
            }
            else
            {
                peer.Router.OnNotFound(now, lookUp.Text, $"lookup {lookUp.Name}: no such host");
            }
        });
    }
}
