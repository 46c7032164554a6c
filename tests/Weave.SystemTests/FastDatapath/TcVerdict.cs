namespace Weave.SystemTests.FastDatapath;

/// <summary>What tc does with a frame next: TC_ACT_*.</summary>
internal enum TcVerdict
{
    Pass = 0,
    Drop = 2,
    Redirect = 7,
}
