using System.Runtime.InteropServices;

namespace Weave.Linux.Bpf;

/// <summary>struct bpf_object: closes itself. What is pinned or attached lives on.</summary>
internal sealed class BpfObjectHandle : SafeHandle
{
    public BpfObjectHandle()
        : base(0, ownsHandle: true)
    {
    }

    internal BpfObjectHandle(nint instance)
        : this() => SetHandle(instance);

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        BpfNative.ObjectClose(handle);
        return true;
    }
}
