namespace Weave.Core.Ipam;

/// <summary>Something worth a log line.</summary>
public readonly record struct AllocatorNote(bool IsWarning, string Text);
