using Weave.Core.Primitives;

namespace Weave.Fuzz;

/// <summary>Makes inputs out of recorded ones. The same seed gives the same inputs.</summary>
public sealed class Mutator(IReadOnlyList<byte[]> corpus, ulong seed)
{
    private const int MaxLength = 1 << 16;
    private static readonly byte[] Edges = [0, 1, 2, 0x7f, 0x80, 0xf7, 0xf8, 0xfc, 0xfe, 0xff];

    private readonly SeededRandom _random = new(seed);
    private readonly List<byte> _input = [];

    public byte[] Next()
    {
        _input.Clear();
        _input.AddRange(Pick());
        for (int changes = 1 + _random.Next(6); changes > 0; changes--)
        {
            Change();
        }

        return [.. _input];
    }

    private void Change()
    {
        int at = _input.Count == 0 ? 0 : _random.Next(_input.Count);
        switch (_input.Count == 0 ? 3 : _random.Next(8))
        {
            case 0:
                _input[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                _input[at] = (byte)_random.Next(256);
                break;
            case 2:
                _input[at] = Edges[_random.Next(Edges.Length)];
                break;
            case 3:
                _input.Insert(at, (byte)_random.Next(256));
                break;
            case 4:
                _input.RemoveRange(at, 1 + _random.Next(Math.Min(8, _input.Count - at)));
                break;
            case 5:
                _input.RemoveRange(at, _input.Count - at);
                break;
            case 6:
                Repeat(at);
                break;
            default:
                Splice(at);
                break;
        }
    }

    private void Repeat(int at)
    {
        List<byte> piece = _input.GetRange(at, 1 + _random.Next(_input.Count - at));
        for (int times = 1 + _random.Next(4); times > 0 && _input.Count < MaxLength; times--)
        {
            _input.InsertRange(at, piece);
        }
    }

    private void Splice(int at)
    {
        byte[] other = Pick();
        int from = other.Length == 0 ? 0 : _random.Next(other.Length);
        _input.RemoveRange(at, _input.Count - at);
        _input.AddRange(other[from..]);
    }

    private byte[] Pick() => corpus.Count == 0 ? [] : corpus[_random.Next(corpus.Count)];
}
