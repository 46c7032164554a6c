Console.Error.WriteLine("usage: Weave.Simulation SCENARIO [--seed N]"); return 2;
