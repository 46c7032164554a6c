namespace Weave.Overlay.Pieces;

/// <summary>Where there is no fast datapath nobody minds.</summary>
internal sealed class NoPieceEvents : IPieceEvents
{
    public void DevicesChanged()
    {
        // No devices.
    }

    public void Carrier(bool isThere)
    {
        // No carrier.
    }
}
