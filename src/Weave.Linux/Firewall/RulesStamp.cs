using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;

namespace Weave.Linux.Firewall;

/// <summary>
/// A word that changes when the rules of this namespace do, for the price of a few calls: the generation of nft, which
/// every change of it makes anew, and the shape of each table of iptables-legacy.
/// </summary>
/// <remarks>A legacy table in which one rule took the place of another of the same size looks as before.</remarks>
internal static class RulesStamp
{
    private const ushort NFT_MSG_GETGEN = 10 << 8 | 16;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NFTA_GEN_ID = 1;
    private const int SOL_IP = 0;
    private const int SOL_IPV6 = 41;
    private const int IPT_SO_GET_INFO = 64; // and IP6T_SO_GET_INFO
    private const int TableNameSize = 32;
    private const int InfoSize = 84; // name (32) | hooks (4) | entries of hooks (20) | underflows (20) | count (4) | size (4)

    /// <param name="procPath">Where /proc is.</param>
    internal static string Take(string procPath)
    {
        StringBuilder stamp = new();
        stamp.Append(Generation());
        Append(stamp, $"{procPath}/self/net/ip_tables_names", NetlinkNative.AF_INET, SOL_IP);
        Append(stamp, $"{procPath}/self/net/ip6_tables_names", NetlinkNative.AF_INET6, SOL_IPV6);
        return stamp.ToString();
    }

    /// <summary>Tables of iptables-legacy that are there; asking for another one would make it.</summary>
    internal static string[] LegacyTables(string namesFile)
    {
        try
        {
            return File.ReadAllLines(namesFile);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return []; // the module is not there
        }
    }

    private static uint Generation()
    {
        uint generation = 0;
        NetlinkRequest request = new NetlinkRequest(NFT_MSG_GETGEN, NLM_F_REQUEST).Header([0, 0, 0, 0]);
        try
        {
            NetlinkSocket.Ask("ask for the generation of rules", NetlinkNative.NETLINK_NETFILTER, request, (_, body) =>
            {
                NetlinkAttributes attributes = new(body[Math.Min(4, body.Length)..]);
                while (attributes.Next())
                {
                    if (attributes.Type == NFTA_GEN_ID && attributes.Value.Length == sizeof(uint))
                    {
                        generation = BinaryPrimitives.ReadUInt32BigEndian(attributes.Value);
                    }
                }
            });
        }
        catch (KernelException)
        {
            return 0; // no nft in this kernel
        }

        return generation;
    }

    private static void Append(StringBuilder stamp, string namesFile, int family, int level)
    {
        Span<byte> info = stackalloc byte[InfoSize];
        foreach (string table in LegacyTables(namesFile))
        {
            using SafeFileHandle socket = NetlinkNative.Open(family, NetlinkNative.SOCK_RAW, NetlinkNative.IPPROTO_RAW);
            info.Clear();
            Encoding.ASCII.GetBytes(table.AsSpan(0, Math.Min(table.Length, TableNameSize - 1)), info);
            uint length = InfoSize;
            if (NetlinkNative.GetSocketOption(socket, level, IPT_SO_GET_INFO, info, ref length) == 0)
            {
                stamp.Append('|').Append(Convert.ToHexString(info));
            }
        }
    }
}
