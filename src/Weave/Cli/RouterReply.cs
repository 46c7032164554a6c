namespace Weave.Cli;

/// <summary>What the router answered.</summary>
/// <param name="Status">HTTP status; 0 when it could not be reached.</param>
/// <param name="Body">The text, or why it could not be reached.</param>
internal sealed record RouterReply(int Status, string Body)
{
    /// <summary>For people, beside a text that scripts know; empty when there is nothing to add.</summary>
    internal string Warning { get; init; } = "";

    internal bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>How the router answers a request that it dropped, as the original does: with success.</summary>
    internal bool IsDropped => IsSuccess && Body.Trim() == "cancelled";

    /// <summary>The part of the router that answers this is off.</summary>
    internal bool IsAbsent => Status == 404;

    /// <summary>What a router says that has just been started: nothing, or that it is not ready.</summary>
    internal bool IsOfAStart => Status is 0 or 503;

    /// <summary>Exit status of the original's HTTP calls: 4 for "not found", 7 for "cannot connect".</summary>
    internal int ExitCode => IsSuccess ? 0 : Status switch
    {
        404 => 4,
        0 => 7,
        _ => 1,
    };
}
