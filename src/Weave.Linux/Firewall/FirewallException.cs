namespace Weave.Linux.Firewall;

/// <summary>The host's firewall tools are missing or refused; the message is theirs.</summary>
public sealed class FirewallException : Exception
{
    public FirewallException()
    {
    }

    public FirewallException(string message)
        : base(message)
    {
    }

    public FirewallException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
