namespace Weave.Api;

/// <summary>An address as text, as the original prints it, with the length of its prefix in bits.</summary>
public sealed record ClaimedCidr(string Addr, int PrefixLen);
