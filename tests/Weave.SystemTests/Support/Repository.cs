using System.Reflection;

namespace Weave.SystemTests.Support;

/// <summary>Where the sources and the published binary are.</summary>
internal static class Repository
{
    internal static readonly string Root = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == "SourceRoot").Value!;

    internal static string Binary => Path.Combine(Root, "artifacts", "weave");

    internal static string Testbed => Path.Combine(Root, "testbed", "testbed");
}
