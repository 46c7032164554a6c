namespace Weave.Tests.Support;

internal enum TcpEventKind
{
    Begin,
    Data,
    End,
}
