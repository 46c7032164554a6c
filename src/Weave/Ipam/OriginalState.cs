using System.Globalization;
using Microsoft.Extensions.Logging;
using Weave.Core.Ipam;
using Weave.Persistence;
using Weave.Wire.Ipam;

namespace Weave.Ipam;

/// <summary>Takes over what an original router stored on this host: its name, its ring, who has which addresses.</summary>
/// <remarks>
/// Without it a host that changes routers would have to learn its share from others, and if all hosts change at once, nobody
/// would know what the others use. docs/adr/0032-state-is-a-journal.md. The file is read only.
/// </remarks>
internal static class OriginalState
{
    /// <summary>More than any such file has.</summary>
    private const long MaximumSize = 256 << 20;

    /// <summary>The original's file below a <c>--db-prefix</c>.</summary>
    internal static string PathOf(string prefix) => prefix + "data.db";

    /// <summary>
    /// Once, and again when an original router has run here since: then its record is the later one. A record of ours from
    /// before anybody looked for the original's stays.
    /// </summary>
    internal static void TakeOver(IStateStore store, IEnumerable<string> files, ILogger log)
    {
        if (files.FirstOrDefault(File.Exists) is not { } path)
        {
            return;
        }

        bool isOurs = store.Get(StateKeys.Ring) is not null;
        OriginalRecord? record = Read(path, out string? fault);
        if (fault is not null && !isOurs)
        {
            log.OriginalNotUsed(path, fault);
        }

        string? seen = store.Get(StateKeys.OriginalTransaction, IpamJson.Default.String);
        string? last = record?.Transaction.ToString(CultureInfo.InvariantCulture);
        if (record is null || last == seen)
        {
            return;
        }

        if (seen is not null || !isOurs)
        {
            AllocationChange change = new(record.Ring, Owned(record), null, StartOver: true);
            if (new StoredAllocation(store, record.Peer).Commit(change) is { } refusal)
            {
                throw new IOException(refusal);
            }

            log.OriginalTakenOver(path, record.Peer, record.Owned.Count);
        }

        store.Put(StateKeys.OriginalTransaction, last!, IpamJson.Default.String);
    }

    private static OriginalRecord? Read(string path, out string? fault)
    {
        try
        {
            fault = $"larger than {MaximumSize} bytes";
            OriginalRecord? record = null;
            if (new FileInfo(path).Length <= MaximumSize)
            {
                OriginalRecord.Read(File.ReadAllBytes(path), out record, out fault);
            }

            return record;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            fault = failure.Message;
            return null;
        }
    }

    private static List<KeyValuePair<string, OwnedAddresses?>> Owned(OriginalRecord record) =>
        [.. record.Owned.Select(owner => new KeyValuePair<string, OwnedAddresses?>(owner.Ident, new OwnedAddresses(owner.IsContainer, owner.Cidrs)))];
}
