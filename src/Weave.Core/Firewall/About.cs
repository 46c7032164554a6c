namespace Weave.Core.Firewall;

/// <summary>Whether a rule is about frames of containers, as far as can be told.</summary>
internal enum About
{
    No,
    Maybe,
    Yes,
}
