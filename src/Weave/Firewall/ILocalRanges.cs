using Weave.Wire.Primitives;

namespace Weave.Firewall;

/// <summary>Told of the ranges that this host owns, for <c>--no-masq-local</c>.</summary>
public interface ILocalRanges
{
    /// <summary>The ranges are now these.</summary>
    Task SetAsync(IReadOnlyList<Ipv4Cidr> ranges, CancellationToken cancel);
}
