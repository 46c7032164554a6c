using System.Text.RegularExpressions;
using Weave.Core.Ipam;
using Weave.Wire.Primitives;

namespace Weave.Daemon;

public sealed partial record DaemonOptions
{
    internal const int MinProtocol = 1;
    internal const int MaxProtocol = 2;

    /// <summary>Address allocation was asked for.</summary>
    public bool AllocationEnabled => IpAllocationInit.Length > 0 || IpAllocationRange.Length > 0 || IpAllocationDefaultSubnet.Length > 0;

    /// <summary>Every problem, each one line that names the option; the original's words where it has some.</summary>
    public IEnumerable<string> Validate() =>
    [
        .. ValidateRouter(), .. ValidateAllocation(), .. ValidateAwsVpc(), .. ValidateAddresses(), .. ValidateProxy()
    ];

    private IEnumerable<string> ValidateRouter()
    {
        if (Resume && Peers.Count > 0)
        {
            yield return "You must not specify an initial peer list in conjunction with --resume";
        }

        if (MinProtocolVersion is < MinProtocol or > MaxProtocol)
        {
            yield return $"--min-protocol-version must be in range [{MinProtocol},{MaxProtocol}]";
        }
        else if (MaxProtocolVersion < LeastProtocolVersion || MaxProtocolVersion > MaxProtocol)
        {
            yield return $"--max-protocol-version must be in range [{LeastProtocolVersion},{MaxProtocol}]; it is {MaxProtocolVersion}";
        }

        if (Port is < 1 or > 65534)
        {
            yield return $"--port must be in range [1,65534], as the port after it is used too; it is {Port}";
        }

        if (MtuBytes is not 0 and (< 576 or > 65535))
        {
            yield return $"--mtu must be in range [576,65535], or 0 for automatic; it is {MtuBytes}";
        }

        if (ConnectionLimit < 0)
        {
            yield return $"--conn-limit must not be negative; it is {ConnectionLimit}";
        }

        if (Name is not null && !PeerName.TryParse(Name, out _))
        {
            yield return $"invalid peer name format: \"{Name}\"";
        }

        if (LogLevel.ToUpperInvariant() is not ("TRACE" or "DEBUG" or "INFO" or "WARNING" or "WARN" or "ERROR" or "FATAL" or "PANIC"))
        {
            yield return $"not a valid logrus Level: \"{LogLevel}\"";
        }
    }

    private IEnumerable<string> ValidateAllocation()
    {
        if (IpAllocationRange.Length == 0)
        {
            if (IpAllocationDefaultSubnet.Length > 0)
            {
                yield return "--ipalloc-default-subnet specified without --ipalloc-range.";
            }
            else if (IpAllocationInit.Length > 0)
            {
                yield return "--ipalloc-init specified without --ipalloc-range.";
            }
        }

        if (IpAllocationRange.Length > 0 && !SubnetText.TryParseUniverse(IpAllocationRange, out _, out string problem))
        {
            yield return problem;
        }

        if (IpAllocationDefaultSubnet.Length > 0 && !SubnetText.TryParseSubnet(IpAllocationDefaultSubnet, out _, out problem))
        {
            yield return problem;
        }

        if (Ipv4Cidr.TryParse(IpAllocationRange, out Ipv4Cidr range) && Ipv4Cidr.TryParse(IpAllocationDefaultSubnet, out Ipv4Cidr subnet)
            && !range.Overlaps(subnet))
        {
            yield return $"IP address allocation default subnet {subnet} does not overlap with allocation range {range}";
        }

        if (Problem(() => AllocationMode.Parse(IpAllocationInit)) is { } reason)
        {
            yield return $"Unable to parse --ipalloc-init: {reason}";
        }
    }

    private IEnumerable<string> ValidateAwsVpc()
    {
        if (AwsVpc && Password is not null)
        {
            yield return "--awsvpc mode is not compatible with the --password option";
        }

        if (AwsVpc && !AllocationEnabled)
        {
            yield return "--awsvpc mode requires IPAM enabled";
        }

        if (AwsVpc && NoMasqueradeLocal)
        {
            yield return "--awsvpc mode is not compatible with the --no-masq-local option";
        }

        if (AwsVpc)
        {
            // Containers would be attached, and nothing would carry what they send.
            yield return "--awsvpc mode is not there yet: routes of a VPC are not written";
        }
    }

    private IEnumerable<string> ValidateAddresses()
    {
        foreach (string subnet in TrustedSubnets)
        {
            if (!Ipv4Cidr.TryParse(subnet, out _))
            {
                yield return $"Unable to parse trusted subnets: invalid CIDR address: {subnet}";
            }
        }

        foreach ((string flag, string address) in new[] { ("--http-addr", HttpAddress), ("--status-addr", StatusAddress), ("--metrics-addr", MetricsAddress) })
        {
            if (address.Length > 0 && address[0] != '/' && !HostPort.TryParse(address, out _))
            {
                yield return $"{flag} must be host:port or an absolute path; it is \"{address}\"";
            }
        }

        if (Dns && !HostPort.TryParse(DnsListenAddress, out _))
        {
            yield return $"--dns-listen-address must be host:port; it is \"{DnsListenAddress}\"";
        }

        if (DnsTtlSeconds < 0)
        {
            yield return $"--dns-ttl must not be negative; it is {DnsTtlSeconds}";
        }

        if (DockerApi.Length > 0 && !DockerApi.StartsWith("unix://", StringComparison.Ordinal)
            && !DockerApi.StartsWith("tcp://", StringComparison.Ordinal) && !DockerApi.StartsWith("http", StringComparison.Ordinal))
        {
            yield return $"--docker-api must begin with unix:// or tcp://; it is \"{DockerApi}\"";
        }
    }

    private IEnumerable<string> ValidateProxy()
    {
        if (Problem(() => new Regex(Proxy.HostnameMatch, RegexOptions.NonBacktracking)) is { } reason)
        {
            yield return $"Incorrect hostname match '{Proxy.HostnameMatch}': {reason}";
        }
    }

    private static string? Problem(Func<object> attempt)
    {
        try
        {
            attempt();
            return null;
        }
        catch (Exception reason) when (reason is FormatException or ArgumentException or NotSupportedException)
        {
            return reason.Message;
        }
    }
}
