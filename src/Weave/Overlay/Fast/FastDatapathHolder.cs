using Microsoft.Extensions.Logging;
using Weave.Core.Overlay.Datapath;
using Weave.Daemon;
using Weave.Linux.Bpf;
using Weave.Linux.Interop;
using Weave.Linux.Netlink;
using Weave.Wire.Primitives;

namespace Weave.Overlay.Fast;

/// <summary>Opens the fast datapath of this host if it can be had, and says why when it cannot.</summary>
internal sealed class FastDatapathHolder(DaemonOptions options, ILogger<FastDatapathHolder> logger) : IDisposable
{
    /// <summary>Default of the original: 1460 less its headers and those of IPsec.</summary>
    internal const int DefaultMtuBytes = 1376;

    private readonly Links _links = new();

    /// <summary>Null until opened, and when there is none.</summary>
    internal IFastDatapath? Datapath { get; private set; }

    /// <summary>What the tables held when an earlier process left them running; null when this is a fresh start, or a password is set.</summary>
    internal DatapathContents? Adopted { get; private set; }

    /// <summary>The short id with which the kernel forwards already: taking another one would cut the traffic.</summary>
    internal ShortId? AdoptedShortId => Adopted?.Self;

    internal int MtuBytes => options.MtuBytes > 0 ? options.MtuBytes : DefaultMtuBytes;

    internal ushort Port => (ushort)(options.Port + 1);

    /// <summary>
    /// Opens it; the bridge must exist. Never throws for what the kernel lacks or refuses. When it cannot be had, nothing
    /// is left of the one of an earlier run: sleeve will be a port of the bridge, and two switches would double frames.
    /// </summary>
    internal bool Open()
    {
        FastDatapathSpec spec = new(options.WeaveBridge, Port, MtuBytes) { SkipsBridge = !options.ExpectNpc, PolicyName = options.ExpectNpc };
        if (options.FastDatapath && TryOpen(spec) is { } whyNot)
        {
            logger.Unavailable(whyNot);
        }

        if (Datapath is null)
        {
            Remove(spec);
        }

        return Datapath is not null;
    }

    /// <returns>Why it could not be had; null when it is open.</returns>
    private string? TryOpen(FastDatapathSpec spec)
    {
        try
        {
            if ((DatapathPermissions.WhyNot() ?? DatapathFeatures.WhyNot(DatapathFeatures.All)) is { } whyNot)
            {
                return whyNot;
            }

            FastDatapath opened = FastDatapath.Open(spec, _links, new Sysctls(options.ProcPath), out bool ran);
            Datapath = opened;
            bool adopted = ran && options.Password is null;
            Adopted = adopted ? opened.Read() : null;
            if (ran && !adopted)
            {
                ForgetPaths(opened);
            }

            logger.Opened(spec.Device, MtuBytes, adopted ? "adopted" : ran ? "paths forgotten because a password is set" : "new");
            return null;
        }
        catch (Exception refused) when (IsOfTheKernel(refused))
        {
            Datapath?.Dispose();
            Datapath = null;
            return refused.Message;
        }
    }

    private void Remove(FastDatapathSpec spec)
    {
        try
        {
            FastDatapath.Remove(spec, _links);
        }
        catch (Exception refused) when (IsOfTheKernel(refused))
        {
            logger.NotRemoved(refused.Message);
        }
    }

    private static bool IsOfTheKernel(Exception refused) =>
        refused is KernelException or IOException or UnauthorizedAccessException or DllNotFoundException;

    /// <summary>
    /// The last process may have had no password, and its paths are in the clear: none is used before the neighbour has
    /// shown anew that it may be.
    /// </summary>
    private static void ForgetPaths(FastDatapath opened) =>
        DatapathApplier.Apply(opened.Tables, DatapathPlan.From(DatapathApplier.ToSpec(opened.Read()), DatapathSpec.Empty));

    /// <summary>Leaves devices, programs and tables running.</summary>
    public void Dispose() => Datapath?.Dispose();
}
