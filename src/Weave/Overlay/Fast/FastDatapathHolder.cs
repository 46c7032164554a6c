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

    /// <summary>Opens it; the bridge must exist. Never throws for what the kernel lacks or refuses.</summary>
    internal bool Open()
    {
        FastDatapathSpec spec = new(options.WeaveBridge, Port, MtuBytes);
        try
        {
            if (!options.FastDatapath)
            {
                FastDatapath.Remove(spec, _links); // of an earlier run: two switches on one bridge would double frames
                return false;
            }

            if (DatapathFeatures.WhyNot(DatapathFeatures.All) is { } whyNot)
            {
                logger.Unavailable(whyNot);
                return false;
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
            return true;
        }
        catch (Exception refused) when (refused is KernelException or IOException or UnauthorizedAccessException or DllNotFoundException)
        {
            logger.Unavailable(refused.Message);
            return false;
        }
    }

    /// <summary>
    /// The last process may have had no password, and its paths are in the clear: none is used before the neighbour has
    /// shown anew that it may be.
    /// </summary>
    private static void ForgetPaths(FastDatapath opened) =>
        DatapathApplier.Apply(opened.Tables, DatapathPlan.From(DatapathApplier.ToSpec(opened.Read()), DatapathSpec.Empty));

    /// <summary>Leaves devices, programs and tables running.</summary>
    public void Dispose() => Datapath?.Dispose();
}
