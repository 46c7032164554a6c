using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Weave.Daemon;

namespace Weave.Persistence;

/// <summary>Composition of this folder.</summary>
internal static class PersistenceServices
{
    internal static IServiceCollection AddPersistence(this IServiceCollection services) =>
        services.AddSingleton<IStateStore>(Open);

    private static StateStore Open(IServiceProvider provider)
    {
        List<string> messages = [];
        try
        {
            StateStore store = StateStore.Open(provider.GetRequiredService<DaemonOptions>().DatabasePrefix, messages);
            ILogger<StateStore> log = provider.GetRequiredService<ILogger<StateStore>>();
            messages.ForEach(log.Repaired);
            return store;
        }
        catch (StateException refused)
        {
            throw new OptionException(refused.Message, refused);
        }
    }
}
