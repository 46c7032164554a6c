namespace Weave.Wire.Gob;

/// <summary>What a <see cref="GobType"/> is. Values up to <see cref="String"/> are the built-in type ids on the wire.</summary>
/// <remarks>docs/wire/gob.md §2. Floats, complex numbers and interfaces are skipped when foreign, never read or written.</remarks>
public enum GobKind
{
    Bool = 1,
    Int = 2,
    UInt = 3,
    Bytes = 5,
    String = 6,
    Slice = 100,
    Map = 101,
    Struct = 102,
}
