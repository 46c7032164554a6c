using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Weave.Linux.Packet;

/// <summary>The kernel's counters of interfaces, in the network namespace of the thread that made this.</summary>
/// <remarks>
/// /proc/net/dev stays that of the namespace where it was opened. A line is the name and a colon, eight figures of what
/// was received, eight of what was sent; the fourth of each eight counts what was dropped.
/// </remarks>
internal sealed class InterfaceStatistics : IDisposable
{
    private const int TransmitDropsField = 11;
    private const int BufferSize = 1 << 16;

    private readonly SafeFileHandle _file = File.OpenHandle("/proc/thread-self/net/dev");

    /// <summary>Packets for the interface that found no room; 0 when there is no such interface.</summary>
    internal long TransmitDrops(string name) => ParseTransmitDrops(Read(), name);

    internal static long ParseTransmitDrops(string table, string name)
    {
        foreach (string line in table.Split('\n'))
        {
            string[] parts = line.Split(':', 2);
            if (parts.Length == 2 && parts[0].Trim() == name)
            {
                string[] fields = parts[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                return fields.Length > TransmitDropsField && long.TryParse(fields[TransmitDropsField], out long drops) ? drops : 0;
            }
        }

        return 0;
    }

    public void Dispose() => _file.Dispose();

    private string Read()
    {
        StringBuilder text = new();
        byte[] buffer = new byte[BufferSize];
        int read;
        long offset = 0;
        while ((read = RandomAccess.Read(_file, buffer, offset)) > 0)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            offset += read;
        }

        return text.ToString();
    }
}
