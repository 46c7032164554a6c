namespace Weave.Wire.Dns;

/// <summary>What a datagram that should be a query turned out to be.</summary>
public enum DnsQueryKind
{
    /// <summary>A query with at least one question; the first one was read.</summary>
    Query,

    /// <summary>Too short to have an id, or a response: whoever sent it gets nothing back.</summary>
    NotAQuery,

    /// <summary>Has a header, but what follows is not what the header says: FORMERR.</summary>
    Malformed,

    /// <summary>Well-formed, but neither a plain query nor anything else we know: NOTIMP.</summary>
    UnknownOpcode,
}
