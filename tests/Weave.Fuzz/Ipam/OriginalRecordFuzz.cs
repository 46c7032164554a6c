using Weave.Wire.Ipam;

namespace Weave.Fuzz.Ipam;

/// <summary>Any bytes as the file of an original router: read, or refused with a reason.</summary>
public static class OriginalRecordFuzz
{
    public static void Fuzz(ReadOnlySpan<byte> input)
    {
        OriginalRecord.Read(input, out OriginalRecord? record, out string? fault);
        if (record is not null && fault is not null)
        {
            throw new InvalidOperationException("a record and a fault");
        }
    }
}
