using System.Text.Json;
using Weave.Core.Overlay;
using Weave.Tests.Support;

namespace Weave.Tests.Core.Overlay;

/// <summary>Which overlay carries frames: recorded choices of the original, then the rules one by one.</summary>
public sealed class OverlaySwitchTests
{
    [Fact]
    public void Common_overlays_are_those_of_the_original()
    {
        foreach (JsonElement row in Vectors.Json("overlay/switch.json").GetProperty("common").EnumerateArray())
        {
            IReadOnlyList<string> remote = row.GetProperty("remoteFeaturePresent").GetBoolean()
                ? OverlaySwitch.ParseFeature(row.GetProperty("remoteFeature").GetString()!)
                : [];
            string[] expected = [.. row.GetProperty("orderedCommon").EnumerateArray().Select(name => name.GetString()!)];
            Assert.Equal(expected, OverlaySwitch.Common([.. row.GetProperty("ourOverlays").EnumerateArray().Select(n => n.GetString()!)], remote));
            Assert.Equal(expected.Length == 0, row.GetProperty("error").ValueKind == JsonValueKind.String);
        }
    }

    [Theory]
    [InlineData(0, 1, "", "070001")]
    [InlineData(1, 1, "", "070101")]
    [InlineData(1, 2, "", "070102")]
    [InlineData(1, 3, "059e", "070103059e")]
    [InlineData(0, 0, "", "070000")]
    public void Control_messages_have_the_bytes_of_the_original(int index, byte tag, string rest, string message)
    {
        Assert.Contains(
            Vectors.Json("overlay/switch.json").GetProperty("controlMessages").EnumerateArray(),
            row => row.GetProperty("message").GetString() == message);
        byte[] payload = OverlaySwitch.Wrap(index, tag, Convert.FromHexString(rest));
        Assert.Equal(message, "07" + Convert.ToHexStringLower(payload));

        OverlaySwitch machine = new(["fastdp", "sleeve"]);
        Assert.True(machine.TryDispatch(payload, out int gotIndex, out byte gotTag, out ReadOnlySpan<byte> gotRest));
        Assert.Equal((index, tag), (gotIndex, gotTag));
        Assert.Equal(rest, Convert.ToHexStringLower(gotRest));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("0201")]
    [InlineData("ff0100")]
    public void A_control_message_that_would_crash_the_original_is_ignored(string payload) =>
        Assert.False(new OverlaySwitch(["fastdp", "sleeve"]).TryDispatch(Convert.FromHexString(payload), out _, out _, out _));

    [Fact]
    public void The_first_in_order_carries_until_another_is_established()
    {
        OverlaySwitch machine = new(["fastdp", "sleeve"]);
        Assert.Equal(0, machine.Best);
        Assert.Equal(SwitchChanges.Established | SwitchChanges.BestChanged, machine.OnEstablished(1));
        Assert.Equal(1, machine.Best);
        Assert.Equal(SwitchChanges.BestChanged, machine.OnEstablished(0));
        Assert.Equal(0, machine.Best);
        Assert.Equal(SwitchChanges.None, machine.OnEstablished(0));
    }

    [Fact]
    public void An_overlay_that_worked_until_now_keeps_carrying_while_another_is_established()
    {
        OverlaySwitch machine = new(["fastdp", "sleeve"]);
        Assert.Equal(SwitchChanges.None, machine.OnPresumed(0));
        Assert.Equal(SwitchChanges.Established, machine.OnEstablished(1));
        Assert.Equal(0, machine.Best);
        Assert.Equal(SwitchChanges.None, machine.OnEstablished(0));
    }

    [Fact]
    public void An_overlay_that_was_put_on_hold_is_no_longer_trusted_for_what_it_was()
    {
        OverlaySwitch machine = new(["fastdp", "sleeve"]);
        machine.OnPresumed(0);
        machine.OnEstablished(1);
        Assert.Equal(SwitchChanges.BestChanged, machine.OnHold(0, true));
        Assert.Equal(SwitchChanges.None, machine.OnHold(0, false));
        Assert.Equal(1, machine.Best);
        Assert.Equal(SwitchChanges.BestChanged, machine.OnEstablished(0));
    }

    [Fact]
    public void An_overlay_on_hold_is_passed_over_and_comes_back()
    {
        OverlaySwitch machine = new(["fastdp", "sleeve"]);
        machine.OnEstablished(0);
        machine.OnEstablished(1);
        Assert.Equal(SwitchChanges.BestChanged, machine.OnHold(0, true));
        Assert.Equal(1, machine.Best);
        Assert.Equal(SwitchChanges.None, machine.OnHold(0, true));
        Assert.Equal(SwitchChanges.BestChanged, machine.OnHold(0, false));
        Assert.Equal(0, machine.Best);
    }

    [Fact]
    public void A_failed_overlay_never_comes_back_and_keeps_its_index()
    {
        OverlaySwitch machine = new(["fastdp", "sleeve"]);
        Assert.Equal(SwitchChanges.BestChanged, machine.OnFailed(0));
        Assert.False(machine.TryDispatch([0, 1], out _, out _, out _));
        Assert.True(machine.TryDispatch([1, 1], out int index, out _, out _));
        Assert.Equal(1, index);
        Assert.Equal(SwitchChanges.BestChanged | SwitchChanges.NoneLeft, machine.OnFailed(1));
        Assert.Equal(-1, machine.Best);
    }

    [Fact]
    public void With_nothing_but_overlays_on_hold_the_connection_has_failed()
    {
        OverlaySwitch machine = new(["fastdp", "sleeve"]);
        machine.OnHold(0, true);
        Assert.True(machine.OnFailed(1).HasFlag(SwitchChanges.NoneLeft));
    }
}
