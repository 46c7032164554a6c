namespace Weave.Plugin.Model;

internal sealed record ActivateAnswer(IReadOnlyList<string> Implements);
