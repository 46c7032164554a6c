namespace Weave.Cli.Commands;

/// <summary>Where a command is carried out.</summary>
internal enum CommandPlace
{
    /// <summary>Where it was typed.</summary>
    Client,

    /// <summary>Where the router's control port can be reached: here when Docker is on this machine, else on the Docker host.</summary>
    Router,

    /// <summary>On the Docker host, as root.</summary>
    Host,
}
