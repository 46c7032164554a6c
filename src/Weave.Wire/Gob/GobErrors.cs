namespace Weave.Wire.Gob;

/// <summary>Why a stream could not be read. Constant texts: a foreign byte never ends up in a log line through them.</summary>
public static class GobErrors
{
    public const string Truncated = "gob: truncated";
    public const string CountTooBig = "gob: count exceeds the message";
    public const string BadDefinition = "gob: malformed type definition";
    public const string DuplicateType = "gob: type defined twice, or with a reserved id";
    public const string UnknownType = "gob: undefined type";
    public const string TooManyTypes = "gob: too many type definitions";
    public const string TooDeep = "gob: nested too deeply";
    public const string WrongType = "gob: wrong type for a value or a field";
    public const string NoFieldMatches = "gob: no field in common";
    public const string BadField = "gob: field number out of range";
    public const string BadValue = "gob: corrupted value";
    public const string OutOfRange = "gob: number out of range for its field";
}
