using System.Net;

namespace Weave.Names;

/// <summary>
/// The servers to pass queries on to: those of a resolv.conf, less ourselves. Looked at again when it has changed, at most
/// every five seconds. Safe from any thread.
/// </summary>
/// <param name="path">The file; empty for none. While it cannot be read the servers last known stay.</param>
/// <param name="isOurselves">Whether a server is this one: queries sent there would come back for ever.</param>
/// <param name="time">The clock.</param>
/// <param name="port">Where the servers listen.</param>
public sealed class ResolvConf(string path, Func<IPEndPoint, bool> isOurselves, TimeProvider time, int port = 53)
{
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private IReadOnlyList<IPEndPoint> _servers = [];
    private long? _lookedAt;
    private DateTime _modified;

    /// <summary>In the order of the file.</summary>
    public IReadOnlyList<IPEndPoint> Servers
    {
        get
        {
            lock (_gate)
            {
                if (path.Length > 0 && (_lookedAt is not { } looked || time.GetElapsedTime(looked) >= LookAgainAfter))
                {
                    _lookedAt = time.GetTimestamp();
                    Refresh();
                }

                return _servers;
            }
        }
    }

    /// <summary>Addresses on lines <c>nameserver ADDRESS</c>; everything else is passed over.</summary>
    internal static IEnumerable<IPAddress> Parse(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", { } address, ..] && IPAddress.TryParse(address, out IPAddress? parsed))
            {
                yield return parsed;
            }
        }
    }

    private void Refresh()
    {
        try
        {
            DateTime modified = File.GetLastWriteTimeUtc(path);
            if (modified != _modified)
            {
                _servers = [.. Parse(File.ReadAllText(path)).Select(address => new IPEndPoint(address, port)).Where(server => !isOurselves(server))];
                _modified = modified;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            _modified = default; // it is being replaced, or is gone: keep what we have and look again
        }
    }
}
