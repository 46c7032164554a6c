namespace Weave.Persistence;

/// <summary>The state of this host cannot be used; the message is for the user.</summary>
public sealed class StateException : Exception
{
    public StateException()
    {
    }

    public StateException(string message)
        : base(message)
    {
    }

    public StateException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
