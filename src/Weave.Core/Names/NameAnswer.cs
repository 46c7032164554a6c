namespace Weave.Core.Names;

/// <summary>What is to be done with a query.</summary>
public enum NameAnswer
{
    /// <summary>Send nothing.</summary>
    Silence,

    /// <summary>Send what was written.</summary>
    Reply,

    /// <summary>Send what was written, an error about the query itself, if the sender has not had too many of them.</summary>
    Complain,

    /// <summary>Not ours to answer: pass it on.</summary>
    Forward,
}
