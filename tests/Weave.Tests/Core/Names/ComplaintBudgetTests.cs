using Weave.Core.Names;

namespace Weave.Tests.Core.Names;

public sealed class ComplaintBudgetTests
{
    private static readonly byte[] Sender = [192, 0, 2, 1];

    private readonly ComplaintBudget _budget = new();

    [Fact]
    public void A_sender_is_told_a_hundred_times_and_then_fifty_times_a_second()
    {
        Assert.Equal(100, Told(TimeSpan.Zero, 1000));
        Assert.Equal(50, Told(TimeSpan.FromSeconds(1), 1000));
        Assert.Equal(100, Told(TimeSpan.FromHours(1), 1000));
    }

    [Fact]
    public void One_sender_does_not_use_up_the_budget_of_another()
    {
        Told(TimeSpan.Zero, 1000);
        Assert.True(_budget.TryTake(TimeSpan.Zero, [192, 0, 2, 2]));
    }

    private int Told(TimeSpan now, int attempts) => Enumerable.Range(0, attempts).Count(_ => _budget.TryTake(now, Sender));
}
