using System.Text;
using Weave.Wire.Primitives;

namespace Weave.Plugin;

/// <summary>
/// The /etc/hosts that Docker writes for a container. Docker 28 writes an IPv4 address that a driver gave as an
/// IPv4-mapped IPv6 address, for which resolvers have no use: a container that asks for its own name finds nothing.
/// </summary>
internal static class HostsFile
{
    private const string Mapped = "::ffff:";

    /// <summary>Writes IPv4 addresses as such, into the same file: it is mounted into the container.</summary>
    /// <returns>Something was changed.</returns>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not.</exception>
    internal static bool Mend(string path)
    {
        string text = File.ReadAllText(path);
        string mended = Mended(text);
        if (mended == text)
        {
            return false;
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Write(Encoding.UTF8.GetBytes(mended));
        file.SetLength(file.Position);
        return true;
    }

    /// <summary>The text with every mapped address at the start of a line unmapped; nothing else is touched.</summary>
    internal static string Mended(string text) => string.Join('\n', text.Split('\n').Select(MendedLine));

    private static string MendedLine(string line)
    {
        int end = line.AsSpan().IndexOfAny(' ', '\t');
        return end > Mapped.Length && line.StartsWith(Mapped, StringComparison.Ordinal) && Ipv4Address.TryParse(line.AsSpan(Mapped.Length, end - Mapped.Length), out _)
            ? line[Mapped.Length..]
            : line;
    }
}
