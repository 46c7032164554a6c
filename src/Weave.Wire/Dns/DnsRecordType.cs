namespace Weave.Wire.Dns;

/// <summary>TYPE of a record or question: those that the server treats in a way of their own.</summary>
public enum DnsRecordType
{
    None = 0,
    Address = 1,
    StartOfAuthority = 6,
    Pointer = 12,
    Text = 16,
    AddressV6 = 28,
    Service = 33,

    /// <summary>EDNS pseudo-record; its class is the largest datagram that the sender takes.</summary>
    Options = 41,

    Any = 255,
}
