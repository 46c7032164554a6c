using System.Globalization;

namespace Weave.SystemTests.Support;

/// <summary>
/// Where packets wait between one device and the next: a queue for each processor, shared by all namespaces. Who sends
/// more at once than it holds loses the rest, before any program of ours sees it.
/// </summary>
internal static class KernelQueue
{
    /// <summary>Packets of the whole machine that found no room, since it started.</summary>
    internal static int Overflowed() => File.ReadLines("/proc/net/softnet_stat")
        .Sum(static line => int.Parse(line.Split(' ')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture)); // processed, dropped, ...
}
