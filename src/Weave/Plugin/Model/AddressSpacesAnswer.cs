namespace Weave.Plugin.Model;

internal sealed record AddressSpacesAnswer(string Error, string LocalDefaultAddressSpace, string GlobalDefaultAddressSpace);
