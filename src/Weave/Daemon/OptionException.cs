namespace Weave.Daemon;

/// <summary>Something the user asked for cannot be had; the message is the one line they see.</summary>
public sealed class OptionException : Exception
{
    public OptionException()
    {
    }

    public OptionException(string message)
        : base(message)
    {
    }

    public OptionException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
