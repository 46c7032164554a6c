namespace Weave.Wire.Dns;

/// <summary>RCODE of a response (docs/wire/dns.md §1).</summary>
public enum DnsResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}
