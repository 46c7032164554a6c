namespace Weave.Api;

/// <summary>Where <c>weave launch</c> mounts the volume of an original router's data container, to be read.</summary>
internal static class OriginalVolume
{
    internal const string Folder = "/weavedb.original";

    /// <summary>What the original's <c>--db-prefix</c> is there.</summary>
    internal const string Prefix = Folder + "/weave";
}
