namespace Weave.Core.Names;

/// <summary>
/// How many errors a sender is told about: a burst, then so many a second. Whoever forges a victim's address gets no more
/// than that out of the server. A fixed table, so that nobody can make it grow.
/// </summary>
/// <remarks>Senders that share a slot share its budget; they lose error messages, never answers.</remarks>
public sealed class ComplaintBudget
{
    private const int Slots = 1024;
    private const double PerSecond = 50;
    private const double Burst = 100;

    private readonly (TimeSpan At, double Tokens)[] _slots = new (TimeSpan, double)[Slots];

    public ComplaintBudget() => Array.Fill(_slots, (TimeSpan.Zero, Burst));

    /// <summary>One more may be told to <paramref name="sender"/> (its address, without the port).</summary>
    public bool TryTake(TimeSpan now, ReadOnlySpan<byte> sender)
    {
        uint hash = 2166136261;
        foreach (byte b in sender)
        {
            hash = (hash ^ b) * 16777619;
        }

        ref (TimeSpan At, double Tokens) slot = ref _slots[hash % Slots];
        double tokens = Math.Min(Burst, slot.Tokens + (Math.Max(0, (now - slot.At).TotalSeconds) * PerSecond));
        slot = (now, tokens >= 1 ? tokens - 1 : tokens);
        return tokens >= 1;
    }
}
