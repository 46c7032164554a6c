using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Weave.Linux.Interop;
using Weave.Wire.Vxlan;

namespace Weave.Linux.Bpf;

/// <summary>Reads the ring buffer of the programs on a thread of its own until disposed.</summary>
internal sealed unsafe class EventReader : IDisposable
{
    private const int WakeUpMilliseconds = 200;

    private readonly DatapathEventHandler _handler;
    private readonly GCHandle _self;
    private readonly nint _ring;
    private readonly Thread _thread;
    private volatile bool _stop;

    internal EventReader(BpfMap events, DatapathEventHandler handler)
    {
        _handler = handler;
        _self = GCHandle.Alloc(this);
        _ring = BpfNative.RingNew(events.Descriptor, &OnSample, GCHandle.ToIntPtr(_self), 0);
        if (_ring == 0)
        {
            int error = Marshal.GetLastPInvokeError();
            _self.Free();
            throw new KernelException("open the event ring of the datapath", error);
        }

        _thread = new Thread(Run) { IsBackground = true, Name = "datapath events" };
        _thread.Start();
    }

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
        BpfNative.RingFree(_ring);
        _self.Free();
    }

    private void Run()
    {
        while (!_stop)
        {
            int result = BpfNative.RingPoll(_ring, WakeUpMilliseconds);
            if (result < 0 && result != -Errno.EINTR)
            {
                throw new KernelException("read the event ring of the datapath", -result);
            }
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSample(nint context, nint data, nuint size)
    {
        EventReader reader = (EventReader)GCHandle.FromIntPtr(context).Target!;
        if (DatapathEvent.TryRead(new ReadOnlySpan<byte>((void*)data, (int)size), out DatapathEvent read))
        {
            reader._handler(read);
        }

        return 0;
    }
}
