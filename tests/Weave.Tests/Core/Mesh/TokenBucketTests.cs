using Weave.Core.Mesh;

namespace Weave.Tests.Core.Mesh;

public sealed class TokenBucketTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    [Fact]
    public void A_burst_passes_and_then_one_per_interval()
    {
        TokenBucket bucket = new(20, Interval);
        TimeSpan now = TimeSpan.FromHours(1);
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(TimeSpan.Zero, bucket.Take(now));
        }

        Assert.Equal(Interval, bucket.Take(now));
        Assert.Equal(Interval * 2, bucket.Take(now));
    }

    [Fact]
    public void It_refills_to_the_burst_and_no_further()
    {
        TokenBucket bucket = new(3, Interval);
        TimeSpan later = TimeSpan.FromHours(2);
        _ = bucket.Take(TimeSpan.FromHours(1));
        Assert.Equal(3, Enumerable.Range(0, 5).Count(_ => bucket.Take(later) == TimeSpan.Zero));
    }
}
