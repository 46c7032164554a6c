global using Xunit;

// One machine, one set of hosts: system tests run one after the other.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]
