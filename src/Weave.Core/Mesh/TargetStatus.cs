namespace Weave.Core.Mesh;

/// <summary>An address that we try to connect to, for status.</summary>
/// <param name="Address"><c>ip:port</c>.</param>
/// <param name="State">What is being done.</param>
/// <param name="LastError">Why the last attempt or connection ended; null at first.</param>
/// <param name="TryAfter">When the next attempt is due, as elapsed time; null for never.</param>
public sealed record TargetStatus(string Address, TargetState State, string? LastError, TimeSpan? TryAfter);
