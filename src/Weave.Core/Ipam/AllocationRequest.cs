namespace Weave.Core.Ipam;

/// <summary>Something asked of the allocator, which may have to wait for other peers. Answered exactly once.</summary>
public abstract class AllocationRequest(string ident, Action<AllocationAnswer> answer)
{
    private Action<AllocationAnswer>? _answer = answer;

    public string Ident { get; } = ident;

    /// <summary>Whether the container engine asks, and what for.</summary>
    public EngineUse Engine { get; init; }

    internal TimeSpan SubmittedAt { get; set; }

    /// <summary>The caller has its answer; work may go on all the same.</summary>
    internal bool IsAnswered => _answer is null;

    /// <summary>What is to be called once the change is safe; null when the caller was answered before.</summary>
    internal Action<AllocationAnswer>? TakeAnswer()
    {
        Action<AllocationAnswer>? answer = _answer;
        _answer = null;
        return answer;
    }
}
