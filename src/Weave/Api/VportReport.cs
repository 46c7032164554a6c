namespace Weave.Api;

/// <summary>A port of the datapath.</summary>
public sealed record VportReport(uint ID, string Name, string TypeName);
