namespace Weave.Docker.Model;

/// <param name="Name"><c>no</c>, <c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>.</param>
/// <param name="MaximumRetryCount">For <c>on-failure</c>; 0 for no limit.</param>
public sealed record RestartPolicy(string Name, int MaximumRetryCount = 0);
