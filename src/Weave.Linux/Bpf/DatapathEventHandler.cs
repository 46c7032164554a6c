using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>Told of each event, on the reader's thread. Must not block or throw.</summary>
public delegate void DatapathEventHandler(DatapathEvent read);
