namespace Weave.Core.Overlay;

/// <summary>A stretch of the receive buffer.</summary>
public readonly record struct ArenaPiece(int Offset, int Length);
