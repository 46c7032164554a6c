using System.Globalization;

namespace Weave.Persistence;

/// <summary>Keeps a second process from the state. The kernel drops the lock with the process, so none is left behind.</summary>
internal sealed class StateLock : IDisposable
{
    private const int HeldByOther = 11; // EWOULDBLOCK

    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <exception cref="StateException">Another process has it; the message names it.</exception>
    /// <exception cref="IOException">There is none yet, and none can be made.</exception>
    internal static StateLock Acquire(string path)
    {
        FileStream file;
        try
        {
            file = Open(path);
        }
        catch (IOException refused) when (refused.HResult == HeldByOther)
        {
            throw new StateException($"{path} is locked by {Holder(path)}: only one router may use this state", refused);
        }

        NoteHolder(path);
        return new StateLock(file);
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException refused) when (refused.HResult == VolumeFault.ReadOnly && File.Exists(path))
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None); // a lock needs no writing
        }
    }

    // Beside the lock, not in it: a locked file cannot be opened for reading either.
    private static void NoteHolder(string path)
    {
        try
        {
            File.WriteAllText(path + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        }
        catch (IOException full) when (VolumeFault.MayPass(full))
        {
            // Then a second router is refused without naming us.
        }
    }

    public void Dispose() => _file.Dispose();

    private static string Holder(string path)
    {
        return File.Exists(path + ".pid") && int.TryParse(File.ReadAllText(path + ".pid").Trim(), out int id)
             ? $"process {id} ({CommandOf(id)})" : "another process";
    }

    private static string CommandOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/comm").Trim();
        }
        catch (IOException)
        {
            return "in another container"; // its number means nothing here
        }
    }
}
