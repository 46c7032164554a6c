namespace Weave.Api;

/// <summary>An address as a number, with the length of its prefix.</summary>
public sealed record ClaimedCidr(string Addr, int PrefixLen);
