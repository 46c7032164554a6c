namespace Weave.Plugin.Model;

internal sealed record RequestAddressAnswer(string Error, string Address, IReadOnlyDictionary<string, string>? Data);
