using System.Runtime.InteropServices;

namespace Weave.Linux.Packet;

/// <summary><c>struct iovec</c>: a stretch of memory that the kernel reads or writes.</summary>
/// <remarks>iov_base (8) | iov_len (8). The memory must stay where it is: native or pinned.</remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe struct IoVector(void* address, int length)
{
    private readonly void* _address = address;
    private readonly nint _length = length;

    /// <summary>The bytes it stands for.</summary>
    public ReadOnlySpan<byte> Span => new(_address, (int)_length);
}
