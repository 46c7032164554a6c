using Weave.Cli;

return await Entry.RunAsync(Path.GetFileName(Environment.GetCommandLineArgs()[0]), args).ConfigureAwait(false);
