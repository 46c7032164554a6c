using System.Buffers.Binary;
using Weave.Linux.Bpf;
using Weave.Wire.Primitives;

namespace Weave.SystemTests.FastDatapath;

/// <summary>One run of one datapath program on one frame (BPF_PROG_TEST_RUN), in a host's namespace. Nothing is sent.</summary>
internal sealed record ProgramRun(TcVerdict Verdict, byte[] Frame, uint Mark)
{
    private const int MarkOffset = 8; // struct __sk_buff: len | pkt_type | mark | ...
    private const int ContextSize = 192;
    private const int Room = 64;

    internal static unsafe ProgramRun Of(OverlayHost host, string program, byte[] frame, uint mark = 0) => host.Run(() =>
    {
        byte[] frameOut = new byte[frame.Length + Room];
        byte[] contextIn = new byte[ContextSize];
        byte[] contextOut = new byte[ContextSize];
        BinaryPrimitives.WriteUInt32LittleEndian(contextIn.AsSpan(MarkOffset), mark);
        BpfNative.TestRunOptions options = new()
        {
            Size = (nuint)sizeof(BpfNative.TestRunOptions),
            DataSizeIn = (uint)frame.Length,
            DataSizeOut = (uint)frameOut.Length,
            ContextSizeIn = ContextSize,
            ContextSizeOut = ContextSize,
        };
        fixed (byte* dataIn = frame, dataOut = frameOut, before = contextIn, after = contextOut)
        {
            options.DataIn = dataIn;
            options.DataOut = dataOut;
            options.ContextIn = before;
            options.ContextOut = after;
            int result = BpfNative.TestRun(host.Datapath.Program(program), &options);
            Assert.True(result == 0, $"running {program}: error {-result}");
        }

        return new ProgramRun((TcVerdict)options.Result, frameOut[..(int)options.DataSizeOut], BinaryPrimitives.ReadUInt32LittleEndian(contextOut.AsSpan(MarkOffset)));
    });

    /// <summary>The same frame with other addresses.</summary>
    internal static byte[] Readdressed(byte[] frame, MacAddress destination, MacAddress source)
    {
        byte[] copy = [.. frame];
        destination.Write(copy);
        source.Write(copy.AsSpan(MacAddress.Size));
        return copy;
    }
}
