using System.Runtime.InteropServices;

namespace Weave.Linux.Interop;

/// <summary>
/// Asks the scheduler to give the calling thread short turns. Its share of the CPU stays what it is, but among busy
/// processes it gets its turn sooner when it wakes: what a thread wants that works a little for each packet.
/// </summary>
/// <remarks>sched(7), sched_setattr(2); <c>sched_runtime</c> of a normal thread counts since Linux 6.12 and is ignored before.</remarks>
public static unsafe partial class ShortTurns
{
    private const int ThisThread = 0;
    private const uint SCHED_OTHER = 0;

    /// <summary>Nanoseconds; the default is about 3 ms on many cores. Shorter ones cost throughput (docs/sleeve-performance.md).</summary>
    private const ulong Turn = 1_500_000;

    // struct sched_attr: size (4) | policy (4) | flags (8) | nice (4) | priority (4) | runtime (8) | deadline (8) | period (8)
    private const int AttributesSize = 48;
    private const int PolicyOffset = 4;
    private const int RuntimeOffset = 24;

    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
    private static readonly nint SYS_sched_setattr = IsArm ? 274 : 314;
    private static readonly nint SYS_sched_getattr = IsArm ? 275 : 315;

    /// <summary>For the calling thread, unless somebody gave it a policy of its own.</summary>
    /// <returns>False when the kernel does not know of turns, or they are not ours to choose.</returns>
    public static bool TryTake()
    {
        Span<byte> attributes = stackalloc byte[AttributesSize];
        if (!TryGet(attributes) || MemoryMarshal.Read<uint>(attributes[PolicyOffset..]) != SCHED_OTHER)
        {
            return false;
        }

        MemoryMarshal.Write(attributes, (uint)AttributesSize);
        MemoryMarshal.Write(attributes[RuntimeOffset..], Turn);
        return TrySet(attributes) && TryGet(attributes) && MemoryMarshal.Read<ulong>(attributes[RuntimeOffset..]) == Turn;
    }

    private static bool TryGet(Span<byte> attributes)
    {
        fixed (byte* bytes = attributes)
        {
            return syscall(SYS_sched_getattr, ThisThread, bytes, AttributesSize, 0) == 0;
        }
    }

    private static bool TrySet(ReadOnlySpan<byte> attributes)
    {
        fixed (byte* bytes = attributes)
        {
            return syscall(SYS_sched_setattr, ThisThread, bytes, 0, 0) == 0;
        }
    }

    [LibraryImport("libc")]
    private static partial nint syscall(nint number, int thread, byte* attributes, uint third, uint fourth);
}
