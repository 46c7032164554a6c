namespace Weave.Docker.Model;

/// <summary>One event. Fields that are gone since API 1.52 (status, id, from) are not read.</summary>
public sealed record ContainerEvent(string? Action, EventActor? Actor);
