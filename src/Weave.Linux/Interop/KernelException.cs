using System.Runtime.InteropServices;

namespace Weave.Linux.Interop;

/// <summary>The kernel refused. The message says what was tried on what, and why it failed.</summary>
public sealed class KernelException : IOException
{
    public KernelException()
    {
    }

    public KernelException(string message)
        : base(message)
    {
    }

    public KernelException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <param name="attempt">What was tried, such as <c>create bridge "weave"</c>.</param>
    /// <param name="errno">The kernel's error number.</param>
    /// <param name="detail">What the kernel said besides, if anything.</param>
    public KernelException(string attempt, int errno, string? detail = null)
        : base(Describe(attempt, errno, detail)) => Errno = errno;

    /// <summary>The kernel's error number, one of <see cref="Linux.Interop.Errno"/>; 0 when there was none.</summary>
    public int Errno { get; }

    private static string Describe(string attempt, int errno, string? detail)
    {
        string reason = Marshal.GetPInvokeErrorMessage(errno);
        return string.IsNullOrEmpty(detail) ? $"{attempt}: {reason}" : $"{attempt}: {reason} ({detail})";
    }
}
