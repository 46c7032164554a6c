namespace Weave.Cli.Launch;

/// <summary>A file of the image.</summary>
/// <param name="Path">Without leading slash.</param>
/// <param name="Content">Null for a link.</param>
/// <param name="LinkTo">For a symbolic link.</param>
/// <param name="Mode">Permission bits.</param>
internal sealed record ImageFile(string Path, byte[]? Content, string? LinkTo = null, int Mode = 0x1ED); // 0755
