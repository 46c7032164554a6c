using System.Reflection;

namespace Weave.Tests.Architecture;

/// <summary>References point one way: Weave -> Core -> Wire and Weave -> Linux -> Wire, and nothing else.</summary>
public sealed class ArchitectureTests
{
    [Theory]
    [InlineData("Weave.Wire", "")]
    [InlineData("Weave.Core", "Weave.Wire")]
    [InlineData("Weave.Linux", "Weave.Wire")]
    [InlineData("weave", "Weave.Core Weave.Linux Weave.Wire")]
    [InlineData("Weave.Simulation", "Weave.Core Weave.Wire")]
    public void A_project_references_only_what_is_below_it(string assembly, string allowed)
    {
        IEnumerable<string> ours = Assembly.Load(assembly).GetReferencedAssemblies()
            .Select(reference => reference.Name!)
            .Where(name => name.StartsWith("Weave", StringComparison.OrdinalIgnoreCase));
        Assert.Empty(ours.Except(allowed.Split(' ')));
    }

    [Fact]
    public void The_command_line_and_the_shells_share_only_the_api()
    {
        string cli = Path.Combine(SourceTree.Root, "src", "Weave", "Cli");
        string[] shells = ["Mesh", "Ipam", "Names", "Overlay", "Plugin", "Persistence", "Status"];
        List<string> offences = [];
        // Entry picks the role of the process: the one file there that knows every role.
        foreach (string file in Directory.EnumerateFiles(cli, "*.cs", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "Entry.cs"))
        {
            foreach (string line in File.ReadLines(file).Where(line => line.StartsWith("using Weave.", StringComparison.Ordinal)))
            {
                if (shells.Any(shell => line.StartsWith($"using Weave.{shell}", StringComparison.Ordinal)))
                {
                    offences.Add($"{Path.GetFileName(file)}: {line}");
                }
            }
        }

        Assert.Empty(offences);
    }
}
