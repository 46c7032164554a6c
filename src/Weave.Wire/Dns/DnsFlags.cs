namespace Weave.Wire.Dns;

/// <summary>Second pair of bytes of a DNS message; opcode and response code are in between and at the end.</summary>
[Flags]
public enum DnsFlags
{
    None = 0,

    /// <summary>RCODE, in the low four bits.</summary>
    ResponseCodeMask = 0x000F,

    CheckingDisabled = 0x0010,

    AuthenticData = 0x0020,

    RecursionAvailable = 0x0080,

    RecursionDesired = 0x0100,

    Truncated = 0x0200,

    Authoritative = 0x0400,

    /// <summary>Kind of query, four bits.</summary>
    OpcodeMask = 0x7800,

    Response = 0x8000,
}
