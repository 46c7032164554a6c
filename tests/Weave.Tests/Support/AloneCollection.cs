namespace Weave.Tests.Support;

/// <summary>Tests that look at the whole heap: no other may fill it meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
