using Microsoft.Win32.SafeHandles;
using Weave.Linux.Interop;

namespace Weave.Linux.Bpf;

/// <summary>
/// Maps that an earlier process pinned, on their way to programs that may be of another version. 1. Those that are as the
/// programs want them are used again. 2. The others are made anew beside the old ones, and filled from them before the
/// programs are attached. 3. When the new programs have taken over, the new maps take the names of the old ones. Cut
/// short anywhere, it starts over from the old maps.
/// </summary>
/// <remarks>By the rule of bpf/maps.h values grow at their end only: they are cut, or filled up with zeros.</remarks>
internal sealed class PinnedMaps(string directory)
{
    private const string NewSuffix = "_new"; // the bpf file system takes no dots

    private readonly Dictionary<string, SafeFileHandle> _outgrown = [];
    private readonly HashSet<string> _names = [];

    /// <summary>Where a map of the programs is to be pinned, or is found.</summary>
    internal string PathFor(string name, BpfMapShape wanted)
    {
        _names.Add(name);
        string path = Path.Combine(directory, name);
        File.Delete(path + NewSuffix); // of a take-over that was cut short
        if (!File.Exists(path))
        {
            return path;
        }

        SafeFileHandle pinned = OpenPinned(path);
        if (BpfMapShape.Found(pinned) == wanted)
        {
            pinned.Dispose();
            return path;
        }

        _outgrown[name] = pinned;
        return path + NewSuffix;
    }

    /// <summary>Fills a map that was made anew; one that was used again, or has no forerunner, stays as it is.</summary>
    internal void Fill(string name, SafeFileHandle made)
    {
        if (_outgrown.TryGetValue(name, out SafeFileHandle? old))
        {
            BpfMapCopy.All(name, old, made);
        }
    }

    /// <summary>The programs have taken over.</summary>
    internal void Commit()
    {
        foreach ((string name, SafeFileHandle old) in _outgrown)
        {
            string path = Path.Combine(directory, name);
            File.Move(path + NewSuffix, path, overwrite: true);
            old.Dispose();
        }

        _outgrown.Clear();
        foreach (string pin in Directory.GetFiles(directory).Where(pin => !_names.Contains(Path.GetFileName(pin))))
        {
            File.Delete(pin); // a map that these programs do not have
        }
    }

    internal static SafeFileHandle OpenPinned(string path)
    {
        int descriptor = BpfNative.OpenPinned(path);
        return descriptor < 0
            ? throw new KernelException($"open the pinned map {path}", -descriptor)
            : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
