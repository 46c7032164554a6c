namespace Weave.Cli;

/// <summary>The words of the command line make no sense: show how it is used.</summary>
internal sealed class UsageException : Exception
{
    /// <param name="message">Shown before the usage.</param>
    public UsageException(string message)
        : base(message)
    {
    }

    public UsageException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
