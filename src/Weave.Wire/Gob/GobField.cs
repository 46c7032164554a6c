using System.Text;

namespace Weave.Wire.Gob;

/// <summary>One field of a struct. Its name is what peers match by, to the letter; its position in our list is ours alone.</summary>
/// <param name="Name">Exactly as original peers spell it.</param>
/// <param name="Type">Type of the value; int and uint, bytes and string are different types.</param>
public sealed record GobField(string Name, GobType Type)
{
    internal byte[] Utf8Name { get; } = Encoding.UTF8.GetBytes(Name);

    public static implicit operator GobField((string Name, GobType Type) pair) => ToGobField(pair);

    public static GobField ToGobField((string Name, GobType Type) pair) => new(pair.Name, pair.Type);
}
