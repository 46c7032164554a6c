Console.Error.WriteLine("usage: Weave.Fuzz TARGET [--runs N] [--seed N]"); return 2;
