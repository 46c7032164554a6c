namespace Weave.Linux.Bpf;

/// <summary>Names of the programs in bpf/weave.bpf.c.</summary>
public static class DatapathProgram
{
    public const string Egress = "weave_egress";
    public const string Ingress = "weave_ingress";
    public const string Handover = "weave_handover";
    public const string Port = "weave_port";
}
