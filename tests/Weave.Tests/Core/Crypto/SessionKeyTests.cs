using System.Text.Json;
using Weave.Core.Crypto;
using Weave.Tests.Support;

namespace Weave.Tests.Core.Crypto;

public sealed class SessionKeyTests
{
    public static TheoryData<int> Recorded() => [.. Enumerable.Range(0, Vectors.Json("handshake/session_keys.json").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Both_sides_derive_the_recorded_key(int index)
    {
        JsonElement vector = Vectors.Json("handshake/session_keys.json")[index];
        byte[] publicA = new byte[BoxKeys.Size];
        byte[] publicB = new byte[BoxKeys.Size];
        BoxKeys.DerivePublic(publicA, vector.GetProperty("privateA").Hex());
        BoxKeys.DerivePublic(publicB, vector.GetProperty("privateB").Hex());
        Assert.Equal(vector.GetProperty("publicA").Hex(), publicA);
        Assert.Equal(vector.GetProperty("publicB").Hex(), publicB);

        byte[] shared = new byte[BoxKeys.Size];
        Assert.True(BoxKeys.TryAgree(shared, publicB, vector.GetProperty("privateA").Hex()));
        Assert.Equal(vector.GetProperty("boxPrecomputedShared").Hex(), shared);

        byte[] keyOfA = new byte[SessionKey.Size];
        byte[] keyOfB = new byte[SessionKey.Size];
        string password = vector.GetProperty("password").GetString()!;
        Assert.True(SessionKey.TryDerive(keyOfA, publicB, vector.GetProperty("privateA").Hex(), password));
        Assert.True(SessionKey.TryDerive(keyOfB, publicA, vector.GetProperty("privateB").Hex(), password));
        Assert.Equal(vector.GetProperty("sessionKey").Hex(), keyOfA);
        Assert.Equal(keyOfA, keyOfB);
    }

    [Fact]
    public void A_public_key_of_low_order_is_refused()
    {
        Assert.False(BoxKeys.TryAgree(new byte[32], new byte[32], Enumerable.Repeat((byte)7, 32).ToArray()));
        Assert.False(SessionKey.TryDerive(new byte[32], new byte[32], Enumerable.Repeat((byte)7, 32).ToArray(), "x"));
    }

    [Fact]
    public void Sealing_and_opening_allocates_nothing_and_a_changed_bit_does_not_open()
    {
        byte[] key = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        byte[] nonce = new byte[SecretBox.NonceSize];
        byte[] message = Enumerable.Range(0, 1400).Select(i => (byte)i).ToArray();
        byte[] box = new byte[message.Length + SecretBox.TagSize];
        byte[] opened = new byte[message.Length];
        Allocations.Allocates(0, () =>
        {
            SecretBox.Seal(box, message, nonce, key);
            SecretBox.TryOpen(opened, box, nonce, key);
        });
        Assert.Equal(message, opened);

        box[20] ^= 1;
        Assert.False(SecretBox.TryOpen(opened, box, nonce, key));
        Assert.False(SecretBox.TryOpen(opened, box.AsSpan(0, 15), nonce, key));
    }
}
