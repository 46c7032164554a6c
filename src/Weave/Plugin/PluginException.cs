namespace Weave.Plugin;

/// <summary>A call of Docker's that cannot be served; the message is shown to the user by Docker.</summary>
public sealed class PluginException : Exception
{
    public PluginException()
    {
    }

    public PluginException(string message)
        : base(message)
    {
    }

    public PluginException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
