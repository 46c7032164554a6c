namespace Weave.Docker.Model;

/// <summary>One event. Fields that are gone since API 1.52 (status, id, from) are not read.</summary>
/// <param name="Action">Docker's word; <see cref="Changed"/> for what changes a container while it runs.</param>
/// <param name="Actor">The container.</param>
/// <param name="Type">What Docker says that it happened to: a container if it says nothing.</param>
public sealed record ContainerEvent(string? Action, EventActor? Actor, string? Type = null)
{
    /// <summary>It was renamed, or is on other networks.</summary>
    public const string Changed = "changed";

    /// <summary>As it concerns a container; null when it does not. What happens to a network names the container beside.</summary>
    internal ContainerEvent? OfContainer() => (Type, Action) switch
    {
        ("network", "connect" or "disconnect") when Actor?.Attributes?.GetValueOrDefault("container") is { Length: > 0 } id => new ContainerEvent(Changed, new EventActor(id)),
        ("network", _) => null,
        (_, "rename") => new ContainerEvent(Changed, new EventActor(Actor?.ID)),
        _ => new ContainerEvent(Action, new EventActor(Actor?.ID)),
    };
}
