namespace Weave.Ipam;

/// <summary>An address request that cannot succeed; the message is for the user.</summary>
public sealed class AllocationException : Exception
{
    public AllocationException()
    {
    }

    public AllocationException(string message)
        : base(message)
    {
    }

    public AllocationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
