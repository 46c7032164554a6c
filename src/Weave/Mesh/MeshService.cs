using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Weave.Core.Mesh;
using Weave.Daemon;
using Weave.Overlay;
using Weave.Persistence;
using Weave.Status;
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
    private readonly ITimer _watch;
    private readonly ProblemBoard? _problems;
    private readonly Dictionary<ConnectionId, TcpLink> _links = [];
    private readonly Dictionary<ConnectionId, CancellationTokenSource> _dials = [];
    private readonly List<MeshEffect> _effects = [];
    private readonly CancellationTokenSource _stop = new();
    private TimeSpan _armedFor = TimeSpan.MaxValue;
    private Task _accepting = Task.CompletedTask;

    /// <summary>Ends when this service stops, and else not.</summary>
    internal Task Accepting => _accepting;


    public MeshService(
        ControlLoop loop,
        MeshRouter router,
        IOverlayManager overlays,
        IStateStore store,
        DaemonOptions options,
        TimeProvider time,
        ILogger<MeshService> logger,
        ProblemBoard? problems = null)
    {
        _problems = problems;
        _loop = loop;
        _router = router;
        _overlays = overlays;
        _store = store;
        _options = options;
        _logger = logger;
        _gate = new TcpGate(options.Host.Length == 0 ? IPAddress.Any : IPAddress.Parse(options.Host), options.Port, time, loop, logger);
        _timer = time.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _watch = time.CreateTimer(_ => _loop.TryPost(LookAtLinks), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        overlays.Attach(this);
        loop.AfterEach(AfterEach);
    }

    /// <summary>Listens and connects to the initial peers.</summary>
    /// <exception cref="OptionException">The port is taken, or an initial peer is none; every problem is named.</exception>
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
        await ConnectInitiallyAsync(cancellationToken).ConfigureAwait(false);
        NetworkChange.NetworkAddressChanged += OnAddressesChanged;
        _watch.Change(LookEvery, LookEvery);
        MarkStart();
        _accepting = Task.Run(() => _gate.AcceptAsync(OnAcceptedAsync, _stop.Token), CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        NetworkChange.NetworkAddressChanged -= OnAddressesChanged;
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
        (IReadOnlyList<DirectTarget> taken, List<string> problems, IReadOnlyList<DirectTarget> unresolved) = await ResolveAsync(targets, cancel).ConfigureAwait(false);
        await AskAsync(
            () =>
            {
                // A name that was wanted before is wanted still, whether anybody can tell its address at present or not.
                _router.Connect(_loop.Now, [.. taken, .. unresolved.Where(target => _router.IsTarget(target.Text))], replace);
            },
            cancel).ConfigureAwait(false);
        return problems;
    }

    public Task ForgetAsync(IReadOnlyList<string> targets, CancellationToken cancel) => AskAsync(
        () =>
        {
            _router.Forget(_loop.Now, targets);
            foreach (string target in targets)
            {
                _problems?.Clear(NameProblem, target);
            }
        },
        cancel);

    public Task<MeshStatus> StatusAsync(CancellationToken cancel) => _loop.AskAsync(() => _router.Status(_loop.Now), cancel);

    public Task<IReadOnlyDictionary<ConnectionId, LinkFigures>> FiguresAsync(CancellationToken cancel) =>
        _loop.AskAsync<IReadOnlyDictionary<ConnectionId, LinkFigures>>(() => _links.ToDictionary(link => link.Key, link => link.Value.Figures), cancel);

    void IOverlayEvents.Established(ConnectionId id) => _router.OnOverlayEstablished(_loop.Now, id);

    void IOverlayEvents.Failed(ConnectionId id, string reason) => _router.OnOverlayFailed(_loop.Now, id, reason);

    void IOverlayEvents.SendControl(ConnectionId id, byte tag, byte[] payload) => _router.SendOverlayControl(id, tag, payload);

    public void Dispose()
    {
        _timer.Dispose();
        _watch.Dispose();
        _gate.Dispose();
        _stop.Dispose();
    }

    /// <summary>From now on a start in this container is a restart: what was connected and forgotten meanwhile counts.</summary>
    private void MarkStart()
    {
        if (_options.RestartMark.Length > 0)
        {
            try
            {
                File.WriteAllText(_options.RestartMark, string.Join('\n', _options.Peers));
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
