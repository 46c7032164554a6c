using Microsoft.Extensions.Logging;
using Weave.Daemon;
using Weave.Persistence;
using Weave.Status;
using Weave.Wire.Primitives;

namespace Weave.Mesh;

/// <summary>Takes the name of this peer, and stores it beside what the host looks like. See <see cref="IdentityPlan"/>.</summary>
internal sealed class HostName(HostIdentity host, IStateStore store, ProblemBoard problems, ILogger logger)
{
    /// <param name="given">The user's choice; null for none.</param>
    /// <param name="bridge">Whose address a host without a stored name goes by.</param>
    /// <exception cref="OptionException">The given name is none, or this machine has no id.</exception>
    internal PeerName Take(string? given, string bridge)
    {
        StoredIdentity? before = store.Get(StateKeys.HostFingerprint, MeshJson.Default.StoredIdentity);
        PeerName? stored = Parse(before?.Name) ?? Parse(store.Get(StateKeys.PeerName, MeshJson.Default.String));
        IReadOnlyList<string> now = host.Hardware();
        IdentityPlan plan = IdentityPlan.From(
            given is null ? null : host.Name(given, bridge, () => null), stored, before?.Hardware ?? [], now, () => Fresh(bridge, stored, now));
        if (plan.Former is { } former)
        {
            problems.Raise(
                "identity", "", $"the state on this disk is that of {former} on other hardware, so this host is taken for a copy and is {plan.Name}; if it is {former} itself, moved here, start it with --name {former}");
        }

        Store(new StoredIdentity(plan.Name.ToString(), now.Count > 0 ? now : before?.Hardware ?? []), before);
        return plan.Name;
    }

    /// <summary>A copy whose machine id was copied, too, is told from its original by the hardware.</summary>
    private PeerName Fresh(string bridge, PeerName? taken, IReadOnlyList<string> hardware)
    {
        PeerName name = host.Name(null, bridge, () => null);
        return name == taken ? HostIdentity.FromIdentity(System.Text.Encoding.ASCII.GetBytes(string.Concat(hardware))) : name;
    }

    private static PeerName? Parse(string? text) => text is not null && PeerName.TryParse(text, out PeerName name) ? name : null;

    private void Store(StoredIdentity identity, StoredIdentity? before)
    {
        if (before is not null && before.Name == identity.Name && before.Hardware.SequenceEqual(identity.Hardware))
        {
            return;
        }

        try
        {
            store.PutSoon(StateKeys.HostFingerprint, identity, MeshJson.Default.StoredIdentity);
        }
        catch (IOException failure)
        {
            logger.NameNotStored(failure.Message);
        }
    }
}
