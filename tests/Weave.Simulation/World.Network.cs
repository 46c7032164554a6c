using System.Net;
using Weave.Core.Mesh;

namespace Weave.Simulation;

/// <summary>Carries out what routers ask for: dialling, TCP with latency, rate and loss, and overlays.</summary>
public sealed partial class World
{
    private static readonly TimeSpan PartitionPoll = TimeSpan.FromSeconds(1);

    private void CarryOut(SimulatedPeer peer, MeshEffect effect)
    {
        switch (effect)
        {
            case MeshEffect.Dial dial:
                Dial(peer, dial);
                break;
            case MeshEffect.LookUp lookUp:
                LookUp(peer, lookUp);
                break;
            case MeshEffect.Write write when peer.Links.TryGetValue(write.Id, out SimulatedLink? link):
                Write(link, link.Of(peer, write.Id), write.Bytes);
                break;
            case MeshEffect.Close close when peer.Links.Remove(close.Id, out SimulatedLink? link):
                link.Of(peer, close.Id).Open = false;
                Reset(link, link.Other(link.Of(peer, close.Id)));
                break;
            case MeshEffect.OverlayConfirm confirm when peer.Links.TryGetValue(confirm.Id, out SimulatedLink? link):
                Confirm(link, link.Of(peer, confirm.Id));
                break;
            case MeshEffect.OverlayStop stop:
                StopOverlay(peer, stop);
                break;
            case MeshEffect.RoutesChanged routes:
                peer.DataRoutes = routes.Routes;
                break;
            case MeshEffect.Note note:
                peer.NoteList.Add(note);
                break;
        }
    }

    private void Dial(SimulatedPeer peer, MeshEffect.Dial dial)
    {
        IPEndPoint from = new(peer.Address, 0);
        if (!_hosts.ContainsKey(dial.Target.Address))
        {
            return; // nothing answers there, and the router gives up by itself
        }

        if (dial.Target.Port != Port || !_hosts.TryGetValue(dial.Target.Address, out SimulatedPeer? host) || !host.IsRunning)
        {
            Later(peer, Options.Latency * 2, now => peer.Router.OnClosed(now, dial.Id, "connection refused"));
            return;
        }

        from.Port = _ephemeralPort = _ephemeralPort == 60999 ? 32768 : _ephemeralPort + 1;
        SimulatedLink link = new(peer, dial.Id, host, from, dial.Target);
        link.Dialler.Open = link.Acceptor.Open = true;
        peer.Links[dial.Id] = link;
        At(Now + Options.Latency, () =>
        {
            // Across a partition nothing answers, and the router gives up by itself.
            if (Reaches(link) && link.Acceptor.IsAlive && link.Dialler is { IsAlive: true, Open: true })
            {
                Connected(link);
            }
        });
    }

    private void Connected(SimulatedLink link)
    {
        SimulatedLink.End acceptor = link.Acceptor;
        SimulatedLink.End dialler = link.Dialler;
        Deliver(link, dialler, Options.Latency, now => dialler.Peer.Router.OnDialled(now, dialler.Id, dialler.Address, acceptor.Address));
        Step(acceptor.Peer, now =>
        {
            acceptor.Id = acceptor.Peer.Router.OnAccepted(now, acceptor.Address, dialler.Address);
            acceptor.Peer.Links[acceptor.Id] = link;
        });
    }

    private void Write(SimulatedLink link, SimulatedLink.End from, ReadOnlyMemory<byte> bytes)
    {
        from.Peer.BytesSent += bytes.Length;
        TimeSpan leaves = (from.LeavesAt > Now ? from.LeavesAt : Now) + TimeSpan.FromSeconds(bytes.Length / Options.BytesPerSecond);
        from.LeavesAt = leaves;
        from.Queued++;
        At(leaves, () =>
        {
            if (--from.Queued == 0 && from is { IsAlive: true, Open: true })
            {
                Step(from.Peer, _ => from.Peer.Router.OnWritable(from.Id));
            }
        });

        TimeSpan late = Options.Loss > 0 && _random.NextDouble() < Options.Loss ? Options.Retransmission : TimeSpan.Zero;
        TimeSpan arrives = leaves + Options.Latency + late;
        from.ArrivesAt = arrives > from.ArrivesAt ? arrives : from.ArrivesAt;
        SimulatedLink.End to = link.Other(from);
        Deliver(link, to, from.ArrivesAt - Now, now =>
        {
            _trace.Add((ulong)now.Elapsed.Ticks);
            _trace.Add(to.Peer.Name.Value);
            _trace.Add(bytes.Span);
            to.Peer.Router.OnBytes(now, to.Id, bytes.Span);
        });
    }

    /// <summary>The other side learns that the connection is gone, after what was written before.</summary>
    private void Reset(SimulatedLink link, SimulatedLink.End to)
    {
        TimeSpan arrives = Now + Options.Latency;
        SimulatedLink.End from = link.Other(to);
        TimeSpan after = from.ArrivesAt > arrives ? from.ArrivesAt : arrives;
        Deliver(link, to, after - Now, now =>
        {
            to.Open = false;
            to.Peer.Links.Remove(to.Id);
            to.Peer.Router.OnClosed(now, to.Id, "connection reset by peer");
        });
    }

    /// <summary>Has something happen at one side, later when a partition is in the way: TCP keeps trying.</summary>
    private void Deliver(SimulatedLink link, SimulatedLink.End to, TimeSpan after, Action<Weave.Core.Primitives.Moment> work) =>
        At(Now + after, () =>
        {
            if (!to.IsAlive || !to.Open)
            {
                return;
            }

            if (Reaches(link))
            {
                Step(to.Peer, work);
            }
            else
            {
                Deliver(link, to, PartitionPoll, work);
            }
        });

    private void Later(SimulatedPeer peer, TimeSpan after, Action<Weave.Core.Primitives.Moment> work)
    {
        int incarnation = peer.Incarnation;
        At(Now + after, () =>
        {
            if (peer.Incarnation == incarnation)
            {
                Step(peer, work);
            }
        });
    }

    private bool Reaches(SimulatedLink link) => !link.IsCutOff && _reaches(link.Dialler.Peer, link.Acceptor.Peer);

    /// <summary>When both sides have confirmed, the second heartbeat of the dialler gets through (docs/wire/mesh.md §1.15).</summary>
    private void Confirm(SimulatedLink link, SimulatedLink.End side)
    {
        side.OverlayRuns = true;
        side.Peer.Overlays[side.Id] = link;
        if (!link.Other(side).OverlayRuns)
        {
            return;
        }

        TimeSpan after = TimeSpan.FromMilliseconds(500) + (Options.Latency * 2);
        foreach (SimulatedLink.End end in new[] { link.Dialler, link.Acceptor })
        {
            Deliver(link, end, after, now =>
            {
                foreach (byte[] control in OverlayControls)
                {
                    end.Peer.Router.SendOverlayControl(end.Id, 7, control);
                }

                end.Peer.Router.OnOverlayEstablished(now, end.Id);
            });
        }
    }

    private static readonly byte[][] OverlayControls = [[0, 1], [0, 2], [0, 3, 0x05, 0x9e]];

    /// <summary>One side stopped its overlay for good: the other notices by silence, if it still cares.</summary>
    private void StopOverlay(SimulatedPeer peer, MeshEffect.OverlayStop stop)
    {
        if (!stop.Linger && peer.Overlays.Remove(stop.Id, out SimulatedLink? link))
        {
            link.Of(peer, stop.Id).OverlayRuns = false;
            GiveUpOverlay(link);
        }
    }

    /// <summary>Whoever still runs this overlay after the time-out and hears nothing takes it for lost.</summary>
    private void GiveUpOverlay(SimulatedLink link) => At(Now + Options.OverlayTimeout, () =>
    {
        bool reaches = Reaches(link);
        foreach (SimulatedLink.End end in new[] { link.Dialler, link.Acceptor })
        {
            SimulatedLink.End other = link.Other(end);
            if (end.OverlayRuns && end.IsAlive && !(reaches && other.OverlayRuns && other.IsAlive))
            {
                Step(end.Peer, now => end.Peer.Router.OnOverlayFailed(now, end.Id, "no heartbeat"));
            }
        }
    });
}
