namespace Weave.Plugin.Model;

internal sealed record RequestPoolAnswer(string Error, string PoolID, string Pool, IReadOnlyDictionary<string, string> Data);
