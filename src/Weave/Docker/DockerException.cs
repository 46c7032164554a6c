using System.Net;

namespace Weave.Docker;

/// <summary>Docker refused, or could not be reached. The message is Docker's own, fit for the user.</summary>
public sealed class DockerException : Exception
{
    public DockerException()
    {
    }

    public DockerException(string message)
        : base(message)
    {
    }

    public DockerException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public DockerException(string message, HttpStatusCode status)
        : base(message) => Status = status;

    /// <summary>What Docker answered; null when it did not answer.</summary>
    public HttpStatusCode? Status { get; }
}
