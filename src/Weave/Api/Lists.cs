namespace Weave.Api;

/// <summary>The original's JSON has null where a list is empty.</summary>
internal static class Lists
{
    internal static IReadOnlyList<T>? OrNull<T>(IReadOnlyList<T>? list) => list is { Count: > 0 } ? list : null;
}
