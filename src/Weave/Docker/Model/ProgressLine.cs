namespace Weave.Docker.Model;

/// <summary>One line of a long answer; an error shows only here, after a status of 200.</summary>
public sealed record ProgressLine(string? Stream, string? Error);
