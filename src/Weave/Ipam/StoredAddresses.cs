using Weave.Core.Ipam;

namespace Weave.Ipam;

/// <summary>The addresses of one owner, whose identifier is the key.</summary>
internal sealed record StoredAddresses(bool IsContainer, string[] Cidrs, EngineUse Engine = EngineUse.None);
