namespace Weave.Linux.Bpf;

/// <summary>Where at a device a program sits.</summary>
internal enum TcHookPoint
{
    Ingress = BpfNative.BPF_TC_INGRESS,
    Egress = BpfNative.BPF_TC_EGRESS,
}
