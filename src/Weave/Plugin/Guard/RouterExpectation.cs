namespace Weave.Plugin.Guard;

/// <summary>How long Docker may be kept waiting for the router: not at all, unless it is on its way (docs/adr/0076).</summary>
/// <remarks>Not safe for use by several threads.</remarks>
internal sealed class RouterExpectation
{
    /// <summary>After dockerd's start: it starts its containers, does not try again, and the router is one of them.</summary>
    internal static readonly TimeSpan BootPatience = TimeSpan.FromSeconds(15);

    /// <summary>After the router vanished: Docker starts it again within this time, or never.</summary>
    internal static readonly TimeSpan RestartPatience = TimeSpan.FromSeconds(2);

    /// <summary>One call waits no longer, except at boot.</summary>
    internal static readonly TimeSpan CallPatience = TimeSpan.FromMilliseconds(900);

    private readonly TimeProvider _time;
    private readonly RouterMemory _memory;
    private readonly long _beginning;
    private readonly TimeSpan _bootUntil;
    private TimeSpan _until;
    private TimeSpan _callPatience;
    private bool _looked;
    private bool _ofEarlierDockerd;

    internal RouterExpectation(TimeProvider time, RouterMemory memory)
    {
        _time = time;
        _memory = memory;
        _beginning = time.GetTimestamp();
        _bootUntil = memory.HadRouter ? BootPatience : TimeSpan.Zero;
        (_until, _callPatience) = (_bootUntil, BootPatience);
    }

    /// <summary>For a call that comes now; zero when nobody is on the way.</summary>
    internal TimeSpan Patience
    {
        get
        {
            TimeSpan left = _until - Now;
            return left <= TimeSpan.Zero ? TimeSpan.Zero : left < _callPatience ? left : _callPatience;
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_beginning);

    /// <summary>There is no router at this moment.</summary>
    internal void Missing() => _looked = true;

    internal void Arrived()
    {
        _ofEarlierDockerd = !_looked;
        _memory.Remember();
    }

    /// <param name="orderly">It was told to end. That is the user's word, unless dockerd has just begun, found a container of its predecessor, and ends it to start it again.</param>
    internal void Left(bool orderly)
    {
        _looked = true;
        (_until, _callPatience) = _ofEarlierDockerd && Now < _bootUntil ? (_bootUntil, BootPatience)
            : orderly ? (Now, CallPatience)
            : (Now + RestartPatience, CallPatience);
    }
}
