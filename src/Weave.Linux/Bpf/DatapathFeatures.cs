using System.Collections.Frozen;

namespace Weave.Linux.Bpf;

/// <summary>What the fast datapath needs of the kernel. Probed once a process.</summary>
public static class DatapathFeatures
{
    private const int BPF_MAP_TYPE_LRU_HASH = 9;
    private const int BPF_MAP_TYPE_RINGBUF = 27;
    private const int BPF_FUNC_clone_redirect = 13;
    private const int BPF_FUNC_skb_set_tunnel_key = 21;
    private const int BPF_FUNC_skb_change_head = 43;
    private const int BPF_FUNC_skb_adjust_room = 50;
    private const int BPF_FUNC_jiffies64 = 118;
    private const int BPF_FUNC_redirect_peer = 155;

    private static readonly Lazy<FrozenDictionary<KernelFeature, Presence>> _probed = new(Probe);

    /// <summary>Every feature and the answer of this kernel.</summary>
    public static IReadOnlyDictionary<KernelFeature, Presence> All => _probed.Value;

    /// <summary>What a kernel with these answers surely lacks, in words; null when the fast datapath may be tried.</summary>
    public static string? WhyNot(IReadOnlyDictionary<KernelFeature, Presence> answers)
    {
        string[] missing = [.. answers
            .Where(static pair => pair.Value == Presence.NotThere)
            .Select(static pair => $"{pair.Key.Name} (Linux {pair.Key.Since})")
            .Order(StringComparer.Ordinal)];
        return missing.Length == 0 ? null : "the kernel lacks " + string.Join(", ", missing);
    }

    private static FrozenDictionary<KernelFeature, Presence> Probe() => new Dictionary<KernelFeature, Presence>
    {
        [new("eBPF programs for tc", "4.5")] = Answer(BpfNative.ProbeProgramType(BpfNative.BPF_PROG_TYPE_SCHED_CLS, 0)),
        [new("LRU hash maps", "4.10")] = Answer(BpfNative.ProbeMapType(BPF_MAP_TYPE_LRU_HASH, 0)),
        [new("ring buffers", "5.8")] = Answer(BpfNative.ProbeMapType(BPF_MAP_TYPE_RINGBUF, 0)),
        [new("bpf_clone_redirect", "4.2")] = Helper(BPF_FUNC_clone_redirect),
        [new("bpf_skb_set_tunnel_key", "4.3")] = Helper(BPF_FUNC_skb_set_tunnel_key),
        [new("bpf_skb_change_head for tc", "5.8")] = Helper(BPF_FUNC_skb_change_head),
        [new("bpf_skb_adjust_room", "4.13")] = Helper(BPF_FUNC_skb_adjust_room),
        [new("bpf_jiffies64", "5.6")] = Helper(BPF_FUNC_jiffies64),
        [new("bpf_redirect_peer", "5.10")] = Helper(BPF_FUNC_redirect_peer),
    }.ToFrozenDictionary();

    private static Presence Helper(int number) => Answer(BpfNative.ProbeHelper(BpfNative.BPF_PROG_TYPE_SCHED_CLS, number, 0));

    private static Presence Answer(int result) => result switch
    {
        0 => Presence.NotThere,
        1 => Presence.There,
        _ => Presence.CouldNotTell,
    };
}
