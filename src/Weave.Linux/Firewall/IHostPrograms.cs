namespace Weave.Linux.Firewall;

/// <summary>Programs of the host, run as if from a shell on it.</summary>
public interface IHostPrograms
{
    /// <summary>It is in the host's path.</summary>
    bool Exists(string program);

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="FirewallException">It is not there, or cannot be started.</exception>
    ProgramResult Run(string program, IReadOnlyList<string> arguments, string input = "");
}
