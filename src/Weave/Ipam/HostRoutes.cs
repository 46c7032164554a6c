using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using Weave.Wire.Primitives;

namespace Weave.Ipam;

/// <summary>Whether a network is in use on this host already, by its routes.</summary>
/// <remarks>The text of <c>/proc/net/route</c>: one line a route, addresses as hexadecimal of the bytes in memory order.</remarks>
public static class HostRoutes
{
    /// <summary>
    /// The first route, default routes aside, that overlaps <paramref name="network"/> (or contains it, when it is an
    /// address with host bits); null when there is none.
    /// </summary>
    /// <param name="table">Content of /proc/net/route.</param>
    /// <param name="network">What is wanted.</param>
    /// <param name="ignored">Interfaces whose routes do not count, such as our own bridge.</param>
    public static Ipv4Cidr? FirstOverlap(string table, Ipv4Cidr network, params string[] ignored)
    {
        foreach (string line in table.Split('\n').Skip(1))
        {
            string[] fields = line.Split('\t', StringSplitOptions.TrimEntries);
            if (fields.Length < 8 || ignored.Contains(fields[0])
                || !TryParse(fields[1], out uint destination) || !TryParse(fields[7], out uint mask) || mask == 0)
            {
                continue;
            }

            Ipv4Cidr route = new(new Ipv4Address(destination), BitOperations.PopCount(mask));
            if (network.IsNetwork ? route.Overlaps(network) : route.Contains(network.Address))
            {
                return route;
            }
        }

        return null;
    }

    /// <summary>Why <paramref name="network"/> cannot be used here, in the original's words; null when it can.</summary>
    public static string? Overlap(string procPath, Ipv4Cidr network, params string[] ignored) =>
        FirstOverlap(File.ReadAllText(Path.Combine(procPath, "net", "route")), network, ignored) is { } route
            ? network.IsNetwork
                ? $"Network {network} overlaps with existing route {route} on host"
                : $"Address {network.Address} overlaps with existing route {route} on host"
            : null;

    private static bool TryParse(string text, out uint value)
    {
        bool parsed = uint.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint raw);
        value = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(raw) : raw;
        return parsed;
    }
}
