using System.Reflection;

namespace Weave.Tests.Architecture;

/// <summary>Where the sources of this build are.</summary>
internal static class SourceTree
{
    internal static readonly string Root = typeof(SourceTree).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "SourceRoot").Value!;
}
