using System.Net.Sockets;
using Weave.Core.Mesh;
using Weave.Persistence;

namespace Weave.Mesh;

/// <summary>Carries out what the router asks for.</summary>
internal sealed partial class MeshService
{
    private void CarryOut(MeshEffect effect)
    {
        switch (effect)
        {
            case MeshEffect.Dial dial:
                _ = DialAsync(dial);
                break;
            case MeshEffect.LookUp lookUp:
                _ = LookUpAsync(lookUp);
                break;
            case MeshEffect.Write write when _links.TryGetValue(write.Id, out TcpLink? link):
                link.Write(write.Bytes);
                break;
            case MeshEffect.Close close:
                Close(close.Id);
                break;
            case MeshEffect.OverlayPrepare prepare:
                _overlays.Prepare(prepare.Connection);
                break;
            case MeshEffect.OverlayConfirm confirm:
                _overlays.Confirm(confirm.Id);
                break;
            case MeshEffect.OverlayControl control:
                _overlays.Control(control.Id, control.Tag, control.Payload);
                break;
            case MeshEffect.OverlayStop stop:
                _overlays.Stop(stop.Id, stop.Linger);
                break;
            case MeshEffect.RoutesChanged routes:
                _overlays.RoutesChanged(routes.Routes);
                break;
            case MeshEffect.PeersForgotten forgotten:
                _overlays.PeersForgotten(forgotten.Peers);
                break;
            case MeshEffect.StoreTargets targets:
                Store(targets.Targets);
                break;
            case MeshEffect.Note note:
                Log(note);
                break;
        }
    }

    private async Task DialAsync(MeshEffect.Dial dial)
    {
        _logger.Dialling(dial.Target.ToString());
        CancellationTokenSource giveUp = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        _dials[dial.Id] = giveUp;
        try
        {
            Socket socket = await _gate.DialAsync(dial.Target, giveUp.Token).ConfigureAwait(false);
            TcpLink link = NewLink(socket);
            link.Id = dial.Id;
            await _loop.PostAsync(() => OnDialled(link), _stop.Token).ConfigureAwait(false);
        }
        catch (SocketException failure)
        {
            string reason = $"dial tcp4 {_options.Host}:0->{dial.Target}: connect: {TcpErrors.Describe(failure)}";
            Post(() => OnDialFailed(dial.Id, reason));
        }
        catch (OperationCanceledException)
        {
            Post(() => OnDialFailed(dial.Id, "dial: given up"));
        }
    }

    private void OnDialled(TcpLink link)
    {
        if (!_dials.Remove(link.Id, out CancellationTokenSource? giveUp))
        {
            link.Start();
            link.Close(); // the router has given up meanwhile
            return;
        }

        giveUp.Dispose();
        _links[link.Id] = link;
        _router.OnDialled(_loop.Now, link.Id, link.Local, link.Remote);
        link.Start();
    }

    private void OnDialFailed(ConnectionId id, string reason)
    {
        if (_dials.Remove(id, out CancellationTokenSource? giveUp))
        {
            giveUp.Dispose();
        }

        _router.OnClosed(_loop.Now, id, reason);
    }

    private async Task OnAcceptedAsync(Socket socket)
    {
        TcpLink link = NewLink(socket);
        _logger.Accepted(link.Remote.ToString());
        await _loop.PostAsync(
            () =>
            {
                link.Id = _router.OnAccepted(_loop.Now, link.Local, link.Remote);
                _links[link.Id] = link;
                link.Start();
            },
            _stop.Token).ConfigureAwait(false);
    }

    private TcpLink NewLink(Socket socket)
    {
        TcpLink link = null!;
        link = new TcpLink(
            socket,
            bytes => AskAsync(() => _router.OnBytes(_loop.Now, link.Id, bytes.Span), _stop.Token),
            () => Post(() => _router.OnWritable(link.Id)),
            (reason, byRemote) => Post(() =>
            {
                _links.Remove(link.Id);
                _router.OnClosed(_loop.Now, link.Id, reason, byRemote);
            }));
        return link;
    }

    private void Close(ConnectionId id)
    {
        if (_dials.Remove(id, out CancellationTokenSource? giveUp))
        {
            giveUp.Cancel();
            giveUp.Dispose();
        }

        if (_links.Remove(id, out TcpLink? link))
        {
            link.Close();
        }
    }

    private void Store(IReadOnlyList<string> targets)
    {
        _store.PutSoon(StateKeys.DirectPeers, [.. targets], MeshJson.Default.ListString);
    }

    private void Log(MeshEffect.Note note)
    {
        string peer = $"{note.Peer}({_router.NicknameOf(note.Peer) ?? ""})";
        switch (note.Kind)
        {
            case MeshNote.ConnectionAdded or MeshNote.ConnectionEstablished or MeshNote.ConnectionDoubted:
                _logger.Connection(note.Address, peer, note.Text);
                break;
            case MeshNote.ConnectionClosed:
                _logger.ConnectionClosed(note.Address, peer, note.Text);
                break;
            case MeshNote.ConnectionRefused:
                _logger.ConnectionRefused(note.Address, note.Text);
                break;
            case MeshNote.DialFailed:
                _logger.DialFailed(note.Address, note.Text);
                break;
            case MeshNote.GossipFault:
                _logger.GossipFault(note.Address, peer, note.Text);
                break;
            case MeshNote.PeerDiscovered:
                _logger.PeerDiscovered(peer);
                break;
            case MeshNote.PeerForgotten:
                _logger.PeerForgotten($"{note.Peer}({note.Text})");
                break;
            case MeshNote.NameCollision:
                _logger.NameCollision(note.Text);
                break;
            case MeshNote.MessageWithheld:
                _logger.MessageWithheld(note.Address, peer, note.Text);
                break;
        }
    }
}
