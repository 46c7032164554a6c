namespace Weave.Plugin.Model;

/// <summary>Why a call failed. Docker looks for one field or the other, by driver and version: both say it.</summary>
internal sealed record ErrorAnswer(string Err, string Error);
