using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Weave.Linux.Bpf;

/// <summary>
/// What libbpf says while something is tried: the verifier's reasons, above all. Kept per thread, shown when the
/// attempt fails, and printed nowhere else.
/// </summary>
internal static unsafe partial class BpfMessages
{
    private const int LibbpfDebug = 2;
    private const int Longest = 16 * 1024;

    [ThreadStatic]
    private static StringBuilder? _said;

    static BpfMessages() => BpfNative.SetPrint(&Print);

    /// <summary>Begins an attempt.</summary>
    internal static void Begin() => (_said ??= new StringBuilder()).Clear();

    /// <summary>What was said since; the end of it when it was a lot.</summary>
    internal static string Take()
    {
        string all = _said?.ToString().Trim() ?? "";
        return all.Length <= Longest ? all : all[^Longest..];
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Print(int level, byte* format, nint arguments)
    {
        if (level >= LibbpfDebug || _said is null)
        {
            return 0;
        }

        byte* line = stackalloc byte[1024];
        int length = Math.Min(Format(line, 1024, format, arguments), 1023);
        if (length > 0)
        {
            _said.Append(Encoding.UTF8.GetString(line, length));
        }

        return 0;
    }

    // A va_list is passed on as a pointer on x86-64 and on arm64 alike.
    [LibraryImport("libc", EntryPoint = "vsnprintf")]
    private static partial int Format(byte* buffer, nuint size, byte* format, nint arguments);
}
