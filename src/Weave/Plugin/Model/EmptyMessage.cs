namespace Weave.Plugin.Model;

/// <summary>A body of which nothing is of interest.</summary>
internal sealed record EmptyMessage;
