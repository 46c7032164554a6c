using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>Programs at devices of the calling thread's namespace, as the first filter of the clsact qdisc.</summary>
internal static unsafe class TcProgram
{
    // Ours alone: other filters of the host have other priorities and stay.
    private const uint Handle = 1;
    private const uint Priority = 0x6784;

    /// <summary>Puts the program there, in place of ours that may be there already: no packet passes in between without one.</summary>
    internal static void Attach(int program, int ifindex, TcHookPoint where)
    {
        BpfNative.TcHook hook = Hook(ifindex, where);
        BpfMessages.Begin();
        int result = BpfNative.HookCreate(&hook);
        if (result < 0 && result != -Errno.EEXIST)
        {
            throw new KernelException($"prepare device {ifindex} for programs", -result, BpfMessages.Take());
        }

        BpfNative.TcOptions options = Options();
        options.Program = program;
        options.Flags = BpfNative.BPF_TC_F_REPLACE;
        result = BpfNative.Attach(&hook, &options);
        if (result < 0)
        {
            throw new KernelException($"attach program to {where} of device {ifindex}", -result, BpfMessages.Take());
        }
    }

    /// <summary>Takes ours away, if there is one.</summary>
    internal static void Detach(int ifindex, TcHookPoint where)
    {
        BpfNative.TcHook hook = Hook(ifindex, where);
        BpfNative.TcOptions options = Options();
        BpfMessages.Begin();
        int result = BpfNative.Detach(&hook, &options);
        if (result is < 0 and not -Errno.ENOENT and not -Errno.EINVAL and not -Errno.ENODEV)
        {
            throw new KernelException($"detach program from {where} of device {ifindex}", -result, BpfMessages.Take());
        }
    }

    /// <summary>The kernel's number of our program there; 0 when there is none.</summary>
    internal static uint Find(int ifindex, TcHookPoint where)
    {
        BpfNative.TcHook hook = Hook(ifindex, where);
        BpfNative.TcOptions options = Options();
        BpfMessages.Begin();
        return BpfNative.Query(&hook, &options) < 0 ? 0 : options.ProgramId;
    }

    private static BpfNative.TcHook Hook(int ifindex, TcHookPoint where) =>
        new() { Size = (nuint)sizeof(BpfNative.TcHook), Ifindex = ifindex, AttachPoint = (int)where };

    private static BpfNative.TcOptions Options() =>
        new() { Size = (nuint)sizeof(BpfNative.TcOptions), Handle = Handle, Priority = Priority };
}
