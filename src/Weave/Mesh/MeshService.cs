using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Overlay;
using Weave.Persistence;
using Weave.Wire.Primitives;

namespace Weave.Mesh;

/// <summary>
/// The shell of the mesh router: sockets, the timer, the log, the stored targets, and the way to the overlays.
/// </summary>
/// <remarks>
/// Everything that touches the router runs in the control loop, and after each piece of work there its effects are
/// carried out in their order (MeshService.Effects.cs). Channels join before this service is started.
/// </remarks>
internal sealed partial class MeshService : IHostedService, IMeshControl, IMeshState, IOverlayEvents, IDisposable
{
    private readonly ControlLoop _loop;
    private readonly MeshRouter _router;
    private readonly IOverlayManager _overlays;
    private readonly IStateStore _store;
    private readonly DaemonOptions _options;
    private readonly ILogger<MeshService> _logger;
    private readonly TcpGate _gate;
    private readonly ITimer _timer;
    private readonly Dictionary<ConnectionId, TcpLink> _links = [];
    private readonly Dictionary<ConnectionId, CancellationTokenSource> _dials = [];
    private readonly List<MeshEffect> _effects = [];
    private readonly CancellationTokenSource _stop = new();
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private Task _accepting = Task.CompletedTask;

    public MeshService(
        ControlLoop loop,
        MeshRouter router,
        IOverlayManager overlays,
        IStateStore store,
        DaemonOptions options,
        TimeProvider time,
        ILogger<MeshService> logger)
    {
        _loop = loop;
        _router = router;
        _overlays = overlays;
        _store = store;
        _options = options;
        _logger = logger;
        _gate = new TcpGate(options.Host.Length == 0 ? IPAddress.Any : IPAddress.Parse(options.Host), options.Port, time, loop, logger);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        overlays.Attach(this);
        loop.AfterEach(AfterEach);
    }

    /// <summary>Listens and connects to the initial peers.</summary>
    /// <exception cref="OptionException">The port is taken, or an initial peer is no address; every problem is named.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            _gate.Listen();
        }
        catch (SocketException failure)
        {
            throw new OptionException($"listen tcp {_options.Host}:{_options.Port}: {failure.Message}", failure);
        }

        _logger.Listening($"{_router.Self}({_router.SelfNickname})", $"{_options.Host}:{_options.Port}");
        IReadOnlyList<string> problems = await ConnectAsync(InitialTargets(), replace: false, cancellationToken).ConfigureAwait(false);
        if (problems.Count > 0)
        {
            throw new OptionException(string.Join('\n', problems));
        }

        MarkStart();
        _accepting = Task.Run(() => _gate.AcceptAsync(OnAcceptedAsync, _stop.Token), CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.AskAsync(
            () =>
            {
                foreach (TcpLink link in _links.Values)
                {
                    link.Close();
                }

                return _links.Count;
            },
            cancellationToken).ConfigureAwait(false);
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task<IReadOnlyList<string>> ConnectAsync(IReadOnlyList<string> targets, bool replace, CancellationToken cancel)
    {
        List<DirectTarget> resolved = [];
        List<string> problems = [];
        foreach (string text in targets)
        {
            (DirectTarget? target, string? error) = await TargetResolver.ResolveAsync(text, cancel).ConfigureAwait(false);
            if (target is not null)
            {
                resolved.Add(target);
            }
            else
            {
                problems.Add(error!);
            }
        }

        await AskAsync(() => _router.Connect(_loop.Now, resolved, replace), cancel).ConfigureAwait(false);
        return problems;
    }

    public Task ForgetAsync(IReadOnlyList<string> targets, CancellationToken cancel) =>
        AskAsync(() => _router.Forget(_loop.Now, targets), cancel);

    public Task<MeshStatus> StatusAsync(CancellationToken cancel) => _loop.AskAsync(() => _router.Status(_loop.Now), cancel);

    public Task<IReadOnlyDictionary<ConnectionId, LinkFigures>> FiguresAsync(CancellationToken cancel) =>
        _loop.AskAsync<IReadOnlyDictionary<ConnectionId, LinkFigures>>(() => _links.ToDictionary(link => link.Key, link => link.Value.Figures), cancel);

    void IOverlayEvents.Established(ConnectionId id) => _router.OnOverlayEstablished(_loop.Now, id);

    void IOverlayEvents.Failed(ConnectionId id, string reason) => _router.OnOverlayFailed(_loop.Now, id, reason);

    void IOverlayEvents.SendControl(ConnectionId id, byte tag, byte[] payload) => _router.SendOverlayControl(id, tag, payload);

    public void Dispose()
    {
        _timer.Dispose();
        _gate.Dispose();
        _stop.Dispose();
    }

    private IReadOnlyList<string> InitialTargets()
    {
        if (!_options.Resume && !(_options.RestartMark.Length > 0 && File.Exists(_options.RestartMark)))
        {
            _logger.Launching(string.Join(' ', _options.Peers));
            return _options.Peers;
        }

        List<string> stored = _store.Get(StateKeys.DirectPeers, MeshJson.Default.ListString) ?? [];
        _logger.Resuming(string.Join(' ', stored));
        return stored;
    }

    /// <summary>From now on a start in this container is a restart: what was connected and forgotten meanwhile counts.</summary>
    private void MarkStart()
    {
        if (_options.RestartMark.Length > 0)
        {
            try
            {
                File.WriteAllBytes(_options.RestartMark, []);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                _logger.CannotStoreTargets(failure.Message);
            }
        }
    }

    private Task<bool> AskAsync(Action work, CancellationToken cancel) => _loop.AskAsync(
        () =>
        {
            work();
            return true;
        },
        cancel);

    /// <summary>Posts from where nobody can wait: a task of the socket's own waits instead.</summary>
    private void Post(Action work)
    {
        if (!_loop.TryPost(work))
        {
            _ = _loop.PostAsync(work, _stop.Token).AsTask();
        }
    }

    private void OnTimer() => Post(() =>
    {
        _armedFor = TimeSpan.MaxValue;
        _router.OnDeadline(_loop.Now);
    });

    /// <summary>The step that follows every piece of work in the loop.</summary>
    private void AfterEach()
    {
        _effects.Clear();
        _router.Drain(_loop.Now, _effects);
        foreach (MeshEffect effect in _effects)
        {
            CarryOut(effect);
        }

        Rearm();
    }

    private void Rearm()
    {
        TimeSpan due = _router.NextDeadline;
        if (due < _armedFor)
        {
            _armedFor = due;
            TimeSpan wait = due - _loop.Now.Elapsed;
            _timer.Change(wait > TimeSpan.Zero ? wait + TimeSpan.FromMilliseconds(1) : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}
