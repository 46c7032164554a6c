using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>
/// The parts of the fast datapath that others on the host can take away, for whoever puts them back. Throws
/// <see cref="KernelException"/> when the kernel refuses.
/// </summary>
public interface IDatapathPieces
{
    /// <summary>Which devices, and how they are called.</summary>
    FastDatapathSpec Spec { get; }

    /// <summary>UDP ports of the devices for neighbours on other ports than ours.</summary>
    IReadOnlyCollection<ushort> OtherPorts { get; }

    /// <summary>The present program sits at a link.</summary>
    bool Carries(string program, int link);

    /// <summary>Puts a program at a link.</summary>
    void Attach(string program, int link);

    /// <summary>Makes a link the port of the bridge through which frames leave and enter. Nothing happens if it is already.</summary>
    /// <returns>It was another one before.</returns>
    bool Use(int link);

    /// <summary>Says which device serves neighbours on another port.</summary>
    /// <returns>It was another one before.</returns>
    bool Use(ushort port, int link);

    /// <summary>Pins maps that are pinned no more: the next process would begin with empty ones.</summary>
    /// <returns>Some were not pinned.</returns>
    bool RestorePins();
}
