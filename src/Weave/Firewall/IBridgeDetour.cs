using Weave.Linux.Bpf;

namespace Weave.Firewall;

/// <summary>Sends frames of containers over the bridge that skip it otherwise, so that the host's rules for them are asked.</summary>
internal interface IBridgeDetour
{
    /// <summary>Which frames, from now on. Cheap, and may be called again and again. Nothing happens where nothing skips the bridge.</summary>
    /// <exception cref="Linux.Interop.KernelException">They go on as before.</exception>
    void Take(BridgedFrames frames);
}
