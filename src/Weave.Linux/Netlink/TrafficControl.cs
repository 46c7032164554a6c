using Weave.Linux.Interop;

namespace Weave.Linux.Netlink;

/// <summary>What the kernel does with frames at the edge of a link, of which programs are another part (<see cref="Bpf.TcProgram"/>).</summary>
/// <remarks>rtnetlink(7), tc(8), linux/pkt_cls.h, linux/tc_act/tc_mirred.h.</remarks>
internal static class TrafficControl
{
    private const ushort RTM_NEWQDISC = 36;
    private const ushort RTM_NEWTFILTER = 44;
    private const ushort RTM_DELTFILTER = 45;
    private const ushort RTM_GETTFILTER = 46;
    private const ushort NLM_F_DUMP = 0x300;
    private const ushort NLM_F_REQUEST = 1;
    private const ushort NLM_F_ACK = 4;
    private const ushort NLM_F_EXCL = 0x200;
    private const ushort NLM_F_CREATE = 0x400;
    private const ushort New = NLM_F_REQUEST | NLM_F_ACK | NLM_F_EXCL | NLM_F_CREATE;

    private const ushort TCA_KIND = 1;
    private const ushort TCA_OPTIONS = 2;
    private const ushort TCA_U32_SEL = 5;
    private const ushort TCA_U32_ACT = 7;
    private const ushort TCA_ACT_KIND = 1;
    private const ushort TCA_ACT_OPTIONS = 2;
    private const ushort TCA_MIRRED_PARMS = 2;
    private const uint TC_H_CLSACT = 0xFFFF_FFF1;
    private const uint TC_H_CLSACT_INGRESS = 0xFFFF_FFF2;
    private const uint ClsactHandle = 0xFFFF_0000;
    private const uint FirstOfAllProtocols = (1 << 16) | 0x0300; // preference, then ETH_P_ALL in network order
    private const byte TC_U32_TERMINAL = 1;
    private const int TC_ACT_STOLEN = 4;
    private const int TCA_EGRESS_REDIR = 1;

    /// <summary>
    /// What programs and filters hang on. The kernel stops a device while this is made, and packets are lost if it is in
    /// use by then; so it is made before anybody uses it.
    /// </summary>
    internal static void Prepare(Link link)
    {
        try
        {
            NetlinkSocket.Execute(
                $"prepare \"{link.Name}\" for programs",
                new NetlinkRequest(RTM_NEWQDISC, New).Header(Header(link, ClsactHandle, TC_H_CLSACT, 0)).Add(TCA_KIND, "clsact"));
        }
        catch (KernelException lacking) when (lacking.Errno is Errno.ENOENT or Errno.EOPNOTSUPP)
        {
            // A kernel without clsact, before 4.5 or built so, runs no programs either.
        }
    }

    /// <summary>Has everything that arrives at a link leave through another, in place of one that it went to before.</summary>
    internal static void Redirect(Link from, Link to)
    {
        try
        {
            Prepare(from);
        }
        catch (KernelException there) when (there.Errno == Errno.EEXIST)
        {
            // It was redirected before.
        }

        RemoveRedirection(from);
        NetlinkSocket.Execute(
            $"redirect from \"{from.Name}\" to \"{to.Name}\"",
            new NetlinkRequest(RTM_NEWTFILTER, New)
                .Header(Header(from, 0, TC_H_CLSACT_INGRESS, FirstOfAllProtocols))
                .Add(TCA_KIND, "u32")
                .AddNested(TCA_OPTIONS, options => options
                    .Add(TCA_U32_SEL, Everything())
                    .AddNested(TCA_U32_ACT, actions => actions.AddNested(1, action => action
                        .Add(TCA_ACT_KIND, "mirred")
                        .AddNested(TCA_ACT_OPTIONS, parameters => parameters.Add(TCA_MIRRED_PARMS, RedirectTo(to)))))));
    }

    /// <summary>Index of the link through which leaves what arrives at another; 0 when nothing does, or that link is gone.</summary>
    internal static int RedirectedTo(Link from)
    {
        int target = 0;
        NetlinkSocket.Ask(
            $"look up where \"{from.Name}\" leads",
            new NetlinkRequest(RTM_GETTFILTER, NLM_F_REQUEST | NLM_F_DUMP).Header(Header(from, 0, TC_H_CLSACT_INGRESS, 0)),
            (type, body) =>
            {
                if (type == RTM_NEWTFILTER && body.Length >= 20 && Parameters(body[20..]) is { Length: >= 28 } parameters)
                {
                    target = BitConverter.ToInt32(parameters[24..]);
                }
            });
        return target;
    }

    private static void RemoveRedirection(Link from)
    {
        try
        {
            NetlinkSocket.Execute(
                $"end the redirection from \"{from.Name}\"",
                new NetlinkRequest(RTM_DELTFILTER, NLM_F_REQUEST | NLM_F_ACK).Header(Header(from, 0, TC_H_CLSACT_INGRESS, FirstOfAllProtocols)));
        }
        catch (KernelException none) when (none.Errno is Errno.ENOENT or Errno.EINVAL)
        {
            // There is none.
        }
    }

    /// <summary>What a filter as <see cref="Redirect"/> makes it says to mirred; empty for others. The action's place among actions is its type.</summary>
    private static ReadOnlySpan<byte> Parameters(ReadOnlySpan<byte> filter) =>
        Nested(Nested(Nested(Nested(Nested(filter, TCA_OPTIONS), TCA_U32_ACT), 1), TCA_ACT_OPTIONS), TCA_MIRRED_PARMS);

    private static ReadOnlySpan<byte> Nested(ReadOnlySpan<byte> within, ushort type)
    {
        NetlinkAttributes attributes = new(within);
        while (attributes.Next())
        {
            if (attributes.Type == type)
            {
                return attributes.Value;
            }
        }

        return default;
    }

    /// <summary>struct tcmsg: family (1) | pad (3) | index (4) | handle (4) | parent (4) | info (4)</summary>
    private static byte[] Header(Link link, uint handle, uint parent, uint info)
    {
        byte[] header = new byte[20];
        BitConverter.TryWriteBytes(header.AsSpan(4), link.Index);
        BitConverter.TryWriteBytes(header.AsSpan(8), handle);
        BitConverter.TryWriteBytes(header.AsSpan(12), parent);
        BitConverter.TryWriteBytes(header.AsSpan(16), info);
        return header;
    }

    /// <summary>struct tc_u32_sel: flags (1) | shift (1) | keys (1) | pad (1) | offsets (12) | one key: mask, value, two offsets (4 each), all 0.</summary>
    private static byte[] Everything()
    {
        byte[] selector = new byte[32];
        selector[0] = TC_U32_TERMINAL;
        selector[2] = 1;
        return selector;
    }

    /// <summary>struct tc_mirred: index (4) | capabilities (4) | action (4) | references (4) | bindings (4) | what to do (4) | link (4)</summary>
    private static byte[] RedirectTo(Link link)
    {
        byte[] parameters = new byte[28];
        BitConverter.TryWriteBytes(parameters.AsSpan(8), TC_ACT_STOLEN);
        BitConverter.TryWriteBytes(parameters.AsSpan(20), TCA_EGRESS_REDIR);
        BitConverter.TryWriteBytes(parameters.AsSpan(24), link.Index);
        return parameters;
    }
}
