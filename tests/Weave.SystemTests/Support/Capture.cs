using System.Diagnostics;
using System.Text;

namespace Weave.SystemTests.Support;

/// <summary>Everything that crosses an interface, kept in a file by tcpdump.</summary>
internal sealed class Capture : IDisposable
{
    private readonly string _file = Path.GetTempFileName();
    private readonly Process _tcpdump;

    internal Capture(string space, string device)
    {
        _tcpdump = Process.Start(new ProcessStartInfo(
            "ip", ["netns", "exec", space, "tcpdump", "-q", "-U", "-s", "0", "-B", "16384", "-Z", "root", "-ni", device, "-w", _file]) { RedirectStandardError = true })!;
        _tcpdump.ErrorDataReceived += (_, _) => { };
        _tcpdump.BeginErrorReadLine();
        Eventually.True(TimeSpan.FromSeconds(30), $"the capture of {device} runs", () => new FileInfo(_file).Length > 0);
    }

    /// <summary>Whether these bytes were seen so far.</summary>
    internal bool Saw(string text)
    {
        byte[] wanted = Encoding.ASCII.GetBytes(text);
        using FileStream file = new(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] window = new byte[1 << 20];
        int kept = 0;
        int read;
        while ((read = file.Read(window, kept, window.Length - kept)) > 0)
        {
            if (window.AsSpan(0, kept + read).IndexOf(wanted) >= 0)
            {
                return true;
            }

            int rest = Math.Min(wanted.Length - 1, kept + read);
            window.AsSpan(kept + read - rest, rest).CopyTo(window);
            kept = rest;
        }

        return false;
    }

    /// <summary>Number of packets that match a filter of tcpdump.</summary>
    internal int Count(string filter) =>
        int.Parse(Shell.Bash($"tcpdump -r {_file} -n {filter} 2>/dev/null | wc -l"), System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _tcpdump.Kill();
        _tcpdump.WaitForExit();
        _tcpdump.Dispose();
        File.Delete(_file);
    }
}
