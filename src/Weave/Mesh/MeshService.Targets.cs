using System.Net;
using System.Net.Sockets;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Persistence;

namespace Weave.Mesh;

/// <summary>
/// What is watched while we run: names of configured peers, connections whose other end does not answer, and the addresses
/// of this host. Names are stored as they were given (docs/adr/0094).
/// </summary>
internal sealed partial class MeshService
{
    private const string NameProblem = "peer-name";

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Three questions of the kernel were not answered (<see cref="TcpRetransmission"/>).</summary>
    private static readonly TimeSpan Doubtful = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Answering = TimeSpan.FromSeconds(3);

    /// <summary>
    /// At a first launch the user is there to be told of what is no peer, and of names when nobody else could be connected to.
    /// At every later start what is stored is what is wanted, whatever the name server says.
    /// </summary>
    private async Task ConnectInitiallyAsync(CancellationToken cancel)
    {
        bool restart = _options.Resume || IsRestart();
        if (restart)
        {
            List<string> stored = _store.Get(StateKeys.DirectPeers, MeshJson.Default.ListString) ?? [];
            _logger.Resuming(string.Join(' ', stored));
            List<DirectTarget> wanted = [.. stored.Select(text => TargetResolver.Parse(text).Target).OfType<DirectTarget>()];
            await AskAsync(() => _router.Connect(_loop.Now, wanted, replace: false), cancel).ConfigureAwait(false);
            return;
        }

        _logger.Launching(string.Join(' ', _options.Peers));
        (IReadOnlyList<DirectTarget> taken, List<string> problems, IReadOnlyList<DirectTarget> unresolved) = await ResolveAsync(_options.Peers, cancel).ConfigureAwait(false);
        if (problems.Count > unresolved.Count || (problems.Count > 0 && taken.Count == 0))
        {
            throw new OptionException(string.Join('\n', problems));
        }

        await AskAsync(() => _router.Connect(_loop.Now, [.. taken, .. unresolved], replace: false), cancel).ConfigureAwait(false);
    }

    /// <summary>This very container, or service, was started before, and with the same peers: nobody has given others since.</summary>
    private bool IsRestart() =>
        _options.RestartMark.Length > 0 && File.Exists(_options.RestartMark) && File.ReadAllText(_options.RestartMark) == string.Join('\n', _options.Peers);

    /// <summary>All at once, since each may take long.</summary>
    private static async Task<(IReadOnlyList<DirectTarget> Taken, List<string> Problems, IReadOnlyList<DirectTarget> Unresolved)> ResolveAsync(
        IReadOnlyList<string> texts, CancellationToken cancel)
    {
        (DirectTarget? Target, string? Error)[] answers = await Task.WhenAll(texts.Select(text => TargetResolver.ResolveAsync(text, cancel))).ConfigureAwait(false);
        return (
            [.. answers.Select(answer => answer.Target).OfType<DirectTarget>()],
            [.. answers.Select(answer => answer.Error).OfType<string>()],
            [.. texts.Zip(answers).Where(pair => pair.Second.Target is null).Select(pair => TargetResolver.Parse(pair.First).Target).OfType<DirectTarget>()]);
    }

    private async Task LookUpAsync(MeshEffect.LookUp lookUp)
    {
        try
        {
            (IReadOnlyList<IPAddress> found, string problem) = await TargetResolver.LookUpAsync(lookUp.Name, _stop.Token).ConfigureAwait(false);
            Post(() => OnLookedUp(lookUp.Text, found, problem));
        }
        catch (OperationCanceledException)
        {
            return; // we are stopping
        }
    }

    private void OnLookedUp(string text, IReadOnlyList<IPAddress> found, string problem)
    {
        if (found.Count > 0)
        {
            _problems?.Clear(NameProblem, text);
            _router.OnFound(_loop.Now, text, found);
            return;
        }

        if (_router.IsTarget(text))
        {
            _problems?.Raise(NameProblem, text, $"the peer {text} cannot be looked up ({problem}); it is asked for again every few seconds, and its last known address is tried meanwhile");
        }

        _router.OnNotFound(_loop.Now, text, problem);
    }

    private void LookAtLinks()
    {
        foreach ((ConnectionId id, TcpLink link) in _links.ToArray())
        {
            TimeSpan silence = link.Silence;
            if (link.IsHomeless || silence > Doubtful || silence < Answering)
            {
                _router.OnAnswering(_loop.Now, id, !link.IsHomeless && silence < Answering);
            }
        }
    }

    private void OnAddressesChanged(object? sender, EventArgs e) => Post(() =>
    {
        foreach (TcpLink link in _links.Values)
        {
            link.IsHomeless = !IsOurs(link.Local.Address);
        }

        LookAtLinks();
        _router.OnNetworkChanged(_loop.Now);
    });

    /// <summary>The kernel knows best. What it cannot tell now, silence tells soon.</summary>
    private static bool IsOurs(IPAddress address)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Bind(new IPEndPoint(address, 0));
            return true;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode != SocketError.AddressNotAvailable;
        }
    }
}
