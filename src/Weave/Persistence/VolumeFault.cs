namespace Weave.Persistence;

/// <summary>Failures of the disk that are no defect of ours and may end by themselves, in the words that users read.</summary>
internal static class VolumeFault
{
    internal const int Full = 28; // ENOSPC
    internal const int ReadOnly = 30; // EROFS

    private const int Broken = 5; // EIO
    private const int TooManyFilesOfHost = 23; // ENFILE
    private const int TooManyFiles = 24; // EMFILE
    private const int QuotaUsedUp = 122; // EDQUOT

    /// <summary>It may be better in a while: the router starts and runs with it.</summary>
    internal static bool MayPass(Exception failure) => failure is IOException
        && failure.HResult is Full or ReadOnly or Broken or TooManyFilesOfHost or TooManyFiles or QuotaUsedUp;

    internal static string Describe(Exception failure, string directory) =>
        MayPass(failure) ? Describe(failure.HResult, directory) : failure.Message;

    internal static string Describe(int errno, string directory) => errno switch
    {
        Full or QuotaUsedUp => $"the volume of {directory} is full",
        ReadOnly => $"the volume of {directory} is read-only",
        TooManyFiles or TooManyFilesOfHost => $"no file descriptor is left to write in {directory}",
        _ => $"the volume of {directory} has read or write errors",
    };
}
