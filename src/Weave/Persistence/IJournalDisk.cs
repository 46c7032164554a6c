using Microsoft.Win32.SafeHandles;

namespace Weave.Persistence;

/// <summary>What the journal asks of the disk below it, and what may fail.</summary>
internal interface IJournalDisk
{
    /// <exception cref="IOException">The disk refused; <see cref="Exception.HResult"/> is the kernel's error number.</exception>
    void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long at);

    /// <summary>Waits until all that was written is on the disk.</summary>
    /// <exception cref="IOException">The disk refused, and nobody knows what is on it.</exception>
    void Flush(SafeFileHandle file);

    /// <summary>Why nothing can be written in <paramref name="directory"/>, without trying; null when it seems that it can.</summary>
    string? Obstacle(string directory);
}
