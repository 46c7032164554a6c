namespace Weave.Ipam;

/// <summary>An address request that was withdrawn before it had an answer; the message says what it waited for.</summary>
public sealed class AllocationTimeoutException : OperationCanceledException
{
    public AllocationTimeoutException()
    {
    }

    public AllocationTimeoutException(string message)
        : base(message)
    {
    }

    public AllocationTimeoutException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public AllocationTimeoutException(string message, CancellationToken cancel)
        : base(message, cancel)
    {
    }
}
