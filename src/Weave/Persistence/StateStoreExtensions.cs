using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Weave.Persistence;

/// <summary>Typed access to the store, by source-generated JSON.</summary>
public static class StateStoreExtensions
{
    /// <summary>The value of <paramref name="key"/>; default when there is none, or it is not of this type.</summary>
    public static T? Get<T>(this IStateStore store, string key, JsonTypeInfo<T> type) =>
        store.Get(key) is { } json ? Decode(json, type) : default;

    /// <summary>All below <paramref name="prefix"/>, by the rest of their key. What is not of this type is left out.</summary>
    public static IReadOnlyList<KeyValuePair<string, T>> Under<T>(this IStateStore store, string prefix, JsonTypeInfo<T> type)
        where T : class
    {
        List<KeyValuePair<string, T>> found = [];
        foreach ((string key, byte[] json) in store.Under(prefix))
        {
            if (Decode(json, type) is { } value)
            {
                found.Add(new KeyValuePair<string, T>(key[prefix.Length..], value));
            }
        }

        return found;
    }

    /// <summary>Stores one value.</summary>
    public static void Put<T>(this IStateStore store, string key, T value, JsonTypeInfo<T> type) =>
        store.Commit([Change(key, value, type)]);

    /// <summary>Stores one value as soon as the disk takes it.</summary>
    public static void PutSoon<T>(this IStateStore store, string key, T value, JsonTypeInfo<T> type) =>
        store.CommitSoon([Change(key, value, type)]);

    /// <summary>Removes one value, and from the disk as soon as that can be written.</summary>
    public static void RemoveSoon(this IStateStore store, string key) =>
        store.CommitSoon([new KeyValuePair<string, byte[]?>(key, null)]);

    /// <summary>A change to be committed together with others.</summary>
    public static KeyValuePair<string, byte[]?> Change<T>(string key, T value, JsonTypeInfo<T> type) =>
        new(key, JsonSerializer.SerializeToUtf8Bytes(value, type));

    private static T? Decode<T>(byte[] json, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return default; // written by another release with another meaning: as if it were not there
        }
    }
}
