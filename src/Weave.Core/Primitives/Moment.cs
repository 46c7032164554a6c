namespace Weave.Core.Primitives;

/// <summary>When something happens to a machine.</summary>
/// <param name="Elapsed">Monotonic, since the process (or the simulated world) started. All intervals use this.</param>
/// <param name="UnixSeconds">Wall clock in seconds. Only for fields in which the protocol sends it; it may jump.</param>
public readonly record struct Moment(TimeSpan Elapsed, long UnixSeconds);
