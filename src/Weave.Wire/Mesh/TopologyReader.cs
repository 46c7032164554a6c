using Weave.Wire.Gob;
using Weave.Wire.Primitives;

namespace Weave.Wire.Mesh;

/// <summary>
/// Reads a topology payload peer by peer and link by link, allocating nothing per entry, so that what is old news can
/// be passed over cheaply. A view: it owns no memory.
/// </summary>
/// <remarks>
/// docs/wire/mesh.md §1.13. An update counts only as a whole: apply nothing before <see cref="NextPeer"/> was false
/// and <see cref="Error"/> null.
/// </remarks>
public ref struct TopologyReader(ReadOnlySpan<byte> payload)
{
    private GobReader _reader = new(payload);
    private bool _inLinks;

    /// <summary>Why the payload was refused; null while nothing is wrong with it.</summary>
    public readonly string? Error => _reader.Error;

    /// <summary>The next peer; false after the last one and on failure.</summary>
    public bool NextPeer(out TopologyPeer peer)
    {
        peer = default;
        while (NextLink(out _))
        {
            // What the caller left is passed over, but checked.
        }

        if (!_reader.NextValue(TopologyTypes.Peer))
        {
            return false;
        }

        ReadPeer(out peer);
        if (_reader.Failed)
        {
            return false;
        }

        // The original takes a payload that ends between a peer and its links for one that ends before the peer.
        _inLinks = _reader.NextValue(TopologyTypes.Links);
        if (_inLinks)
        {
            _reader.EnterSlice();
        }

        return _inLinks;
    }

    /// <summary>The next link of the peer at hand; false after the last one.</summary>
    public bool NextLink(out TopologyLink link)
    {
        link = default;
        if (!_inLinks || !_reader.NextElement())
        {
            _inLinks = false;
            return false;
        }

        ReadLink(out link);
        return !_reader.Failed;
    }

    private void ReadPeer(out TopologyPeer peer)
    {
        peer = default;
        _reader.EnterStruct();
        while (_reader.NextField(out int field))
        {
            switch (field)
            {
                case TopologyTypes.PeerNameByte:
                    peer.Name = PeerName.Fold(_reader.Bytes());
                    break;
                case TopologyTypes.PeerNickName:
                    peer.NicknameUtf8 = _reader.Utf8();
                    break;
                case TopologyTypes.PeerUid:
                    peer.Uid = _reader.UInt64();
                    break;
                case TopologyTypes.PeerVersion:
                    peer.Version = _reader.UInt64();
                    break;
                case TopologyTypes.PeerShortId:
                    peer.RawShortId = _reader.UInt16();
                    break;
                case TopologyTypes.PeerHasShortId:
                    peer.HasShortId = _reader.Bool();
                    break;
            }
        }
    }

    private void ReadLink(out TopologyLink link)
    {
        link = default;
        _reader.EnterStruct();
        while (_reader.NextField(out int field))
        {
            switch (field)
            {
                case TopologyTypes.LinkNameByte:
                    link.Remote = PeerName.Fold(_reader.Bytes());
                    break;
                case TopologyTypes.LinkRemoteTcpAddr:
                    link.AddressUtf8 = _reader.Utf8();
                    break;
                case TopologyTypes.LinkOutbound:
                    link.Outbound = _reader.Bool();
                    break;
                case TopologyTypes.LinkEstablished:
                    link.Established = _reader.Bool();
                    break;
            }
        }
    }
}
