namespace Weave.Linux.Bpf;

/// <summary>Whether the kernel has something.</summary>
public enum Presence
{
    /// <summary>The probe could not be made, for want of a permission as a rule.</summary>
    CouldNotTell,
    There,
    NotThere,
}
