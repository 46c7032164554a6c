namespace Weave.Overlay.Pieces;

/// <summary>Told when pieces have changed under those who use them. On the keeper's thread.</summary>
internal interface IPieceEvents
{
    /// <summary>VXLAN devices have other indexes now.</summary>
    void DevicesChanged();

    /// <summary>Whether there is a VXLAN device; without it only sleeve carries frames. Told at each look.</summary>
    void Carrier(bool isThere);
}
