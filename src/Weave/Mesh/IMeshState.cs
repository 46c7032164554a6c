using Weave.Core.Mesh;

namespace Weave.Mesh;

/// <summary>The mesh for status, report and metrics. Safe from any thread; the answer is made in the control loop.</summary>
public interface IMeshState
{
    Task<MeshStatus> StatusAsync(CancellationToken cancel);

    /// <summary>Of each control connection that there is.</summary>
    Task<IReadOnlyDictionary<ConnectionId, LinkFigures>> FiguresAsync(CancellationToken cancel);
}
