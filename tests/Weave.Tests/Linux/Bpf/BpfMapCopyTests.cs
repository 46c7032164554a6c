using Weave.Linux.Bpf;

namespace Weave.Tests.Linux.Bpf;

public sealed class BpfMapCopyTests
{
    [Fact]
    public void Values_are_cut_or_filled_up_with_zeros_each_in_its_place()
    {
        byte[] longer = [9, 9, 9, 9, 9, 9, 9, 9];
        BpfMapCopy.Refit([1, 2, 3, 4, 5, 6], 3, longer, 4);
        Assert.Equal([1, 2, 3, 0, 4, 5, 6, 0], longer);
        byte[] shorter = new byte[4];
        BpfMapCopy.Refit([1, 2, 3, 4, 5, 6], 3, shorter, 2);
        Assert.Equal([1, 2, 4, 5], shorter);
    }
}
