using System.Globalization;

namespace Weave.Persistence;

/// <summary>Keeps a second process from the state. The kernel drops the lock with the process, so none is left behind.</summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream _file;

    private StateLock(FileStream file) => _file = file;

    /// <exception cref="StateException">Another process has it; the message names it.</exception>
    internal static StateLock Acquire(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException refused) when (File.Exists(path))
        {
            throw new StateException($"{path} is locked by {Holder(path)}: only one router may use this state", refused);
        }

        // Beside the lock, not in it: a locked file cannot be opened for reading either.
        File.WriteAllText(path + ".pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n");
        return new StateLock(file);
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
