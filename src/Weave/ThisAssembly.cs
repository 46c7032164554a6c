using System.Reflection;

namespace Weave;

/// <summary>Facts about this build.</summary>
internal static class ThisAssembly
{
    /// <summary>Release version, as set by the build.</summary>
    internal static readonly string Version =
        typeof(ThisAssembly).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
