namespace Weave.Mesh;

/// <summary>Commands to the mesh from the HTTP API. Safe from any thread.</summary>
public interface IMeshControl
{
    /// <summary>Adds targets; with <paramref name="replace"/> they become the only ones.</summary>
    /// <returns>One line per target that could not be taken; the others were.</returns>
    Task<IReadOnlyList<string>> ConnectAsync(IReadOnlyList<string> targets, bool replace, CancellationToken cancel);

    Task ForgetAsync(IReadOnlyList<string> targets, CancellationToken cancel);
}
