namespace Weave.Linux.Interop;

/// <summary>Error numbers that callers tell apart. Values of Linux on every architecture we run on.</summary>
public static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int E2BIG = 7;
    public const int ESRCH = 3;
    public const int EINTR = 4;
    public const int ENODEV = 19;
    public const int EINVAL = 22;
    public const int EEXIST = 17;
    public const int EBUSY = 16;
    public const int EOPNOTSUPP = 95;
    public const int EADDRINUSE = 98;
    public const int EADDRNOTAVAIL = 99;
    public const int ENETDOWN = 100;
    public const int ENETUNREACH = 101;
    public const int EHOSTUNREACH = 113;
}
