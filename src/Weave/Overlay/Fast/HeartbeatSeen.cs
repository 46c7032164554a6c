using Weave.Wire.Primitives;
using Weave.Wire.Vxlan;

namespace Weave.Overlay.Fast;

/// <summary>A heartbeat on its way from the reader's thread to the control loop.</summary>
internal readonly record struct HeartbeatSeen(ulong ConnectionUid, int StatedLength, int Length, Hearing Hearing, Ipv4Address From);
