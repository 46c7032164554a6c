using Weave.Fuzz.Dns;
using Weave.Fuzz.Gob;
using Weave.Fuzz.Ipam;
using Weave.Fuzz.Mesh;
using Weave.Fuzz.Names;
using Weave.Fuzz.Sleeve;

namespace Weave.Fuzz;

/// <summary>Every parser of foreign bytes. One without a line here has not been fuzzed.</summary>
public static class FuzzTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("gob", ["gob"], GobFuzz.Fuzz),
        new("features", ["gob/features.json", "handshake"], FeaturesFuzz.Fuzz),
        new("envelope", ["gob/gossip_envelopes.json", "handshake/hostile_messages.json"], EnvelopeFuzz.Fuzz),
        new("topology", ["gob/topology.json", "gob/decoder_robustness.json"], TopologyFuzz.Fuzz, MaxAllocationPerByte: 256),
        new("session-v1", ["handshake/v1_plain.json", "handshake/v1_encrypted.json"], SessionFuzz.FuzzPlain, MaxAllocationPerByte: 256),
        new("session-v2", ["handshake/v2_plain.json"], SessionFuzz.FuzzPlain, MaxAllocationPerByte: 256),
        new("session-encrypted", ["handshake"], SessionFuzz.FuzzEncrypted, MaxAllocationPerByte: 256),
        new("router", ["gob", "handshake/hostile_messages.json"], RouterFuzz.Fuzz, MaxAllocationPerByte: 1 << 16),
        new("dns", ["nameserver/dns.json"], DnsFuzz.Fuzz, MaxAllocationPerByte: 4096),
        new("names", ["gob/nameserver.json", "nameserver"], NamesFuzz.Fuzz, MaxAllocationPerByte: 4096),
        new("ipam", ["gob/ipam_gossip.json", "gob/ipam_unicast.json", "fuzz/ipam.json"], IpamFuzz.Fuzz, MaxAllocationPerByte: 16384),
        new("original-record", ["store"], OriginalRecordFuzz.Fuzz, MaxAllocationPerByte: 256),
        new("sleeve-datagram", ["sleeve/packets.json", "sleeve/parse.json"], SleeveFuzz.Datagram),
        new("sleeve-frame", ["sleeve"], SleeveFuzz.Frame),
        new("sleeve-control", ["sleeve", "overlay/switch.json"], SleeveFuzz.Control, MaxAllocationPerByte: 256),
    ];
}
