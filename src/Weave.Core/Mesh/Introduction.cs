using System.Globalization;
using Weave.Wire.Primitives;

namespace Weave.Core.Mesh;

/// <summary>Who a neighbour says it is: the features of its handshake, read.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Nickname">Its nickname, maybe empty.</param>
/// <param name="Uid">Its incarnation.</param>
/// <param name="ConnectionPart">Its half of the connection UID.</param>
/// <param name="ShortId">Null when it announced none.</param>
/// <param name="TrustsUs">Our address is in its trusted subnets.</param>
/// <param name="Overlays">In its order of preference; null for a very old peer.</param>
/// <remarks>docs/wire/mesh.md §1.7.</remarks>
internal sealed record Introduction(
    PeerName Name, string Nickname, ulong Uid, ulong ConnectionPart, ShortId? ShortId, bool TrustsUs, IReadOnlyList<string>? Overlays)
{
    private const string Flavour = "mac";

    private static readonly string[] Required = ["PeerNameFlavour", "Name", "NickName", "UID", "ConnID"];

    /// <summary>What we say of ourselves.</summary>
    internal static Dictionary<string, string> Features(Topology self, ulong connectionPart, bool trusted, IReadOnlyDictionary<string, string> overlays)
    {
        Dictionary<string, string> features = new()
        {
            ["PeerNameFlavour"] = Flavour,
            ["Name"] = self.SelfName.ToString(),
            ["NickName"] = self.SelfNickname,
            ["ShortID"] = self.SelfShortId.ToString(),
            ["UID"] = self.SelfUid.ToString(CultureInfo.InvariantCulture),
            ["ConnID"] = connectionPart.ToString(CultureInfo.InvariantCulture),
            ["Trusted"] = trusted ? "true" : "false",
        };
        foreach ((string key, string value) in overlays)
        {
            features[key] = value;
        }

        return features;
    }

    /// <summary>Reads a neighbour's features; keys that we do not know are nobody's fault.</summary>
    /// <returns>Null with the reason in <paramref name="error"/> when something required is missing or unreadable.</returns>
    internal static Introduction? Read(IReadOnlyDictionary<string, string> features, out string error)
    {
        foreach (string key in Required)
        {
            if (!features.ContainsKey(key))
            {
                error = $"field {key} is missing";
                return null;
            }
        }

        if (features["PeerNameFlavour"] != Flavour)
        {
            error = $"Peer name flavour mismatch (ours: '{Flavour}', theirs: '{features["PeerNameFlavour"]}')";
            return null;
        }

        error = "";
        ShortId? shortId = null;
        bool trusts = false;
        if (!PeerName.TryParse(features["Name"], out PeerName name) || name.IsUnknown)
        {
            error = $"invalid peer name format: \"{features["Name"]}\"";
        }
        else if (!TryNumber(features["UID"], out ulong uid))
        {
            error = $"invalid UID \"{features["UID"]}\"";
        }
        else if (!TryNumber(features["ConnID"], out ulong part))
        {
            error = $"invalid ConnID \"{features["ConnID"]}\"";
        }
        else if (features.TryGetValue("ShortID", out string? id) && !TryShortId(id, out shortId))
        {
            error = $"invalid ShortID \"{id}\"";
        }
        else if (features.TryGetValue("Trusted", out string? trusted) && !TryBool(trusted, out trusts))
        {
            error = $"invalid Trusted \"{trusted}\"";
        }
        else
        {
            IReadOnlyList<string>? overlays = features.TryGetValue("Overlays", out string? listed) ? listed.Split(' ') : null;
            return new Introduction(name, ForeignText.Read(features["NickName"]), uid, part, shortId, trusts, overlays);
        }

        return null;
    }

    private static bool TryNumber(string text, out ulong value) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool TryShortId(string text, out ShortId? id)
    {
        id = TryNumber(text, out ulong value) && value < Wire.Primitives.ShortId.Count ? new ShortId((ushort)value) : null;
        return id is not null;
    }

    /// <summary>The spellings that original peers take.</summary>
    private static bool TryBool(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
