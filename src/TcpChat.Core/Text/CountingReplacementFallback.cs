using System.Text;

namespace TcpChat.Text;

/// <summary>Replaces invalid bytes with U+FFFD, as the framework's own fallback does, and counts them.</summary>
internal sealed class CountingReplacementFallback : DecoderFallback
{
    private long _invalidBytes;

    public override int MaxCharCount => 1;

    public long InvalidBytes => Volatile.Read(ref _invalidBytes);

    public override DecoderFallbackBuffer CreateFallbackBuffer() => new Buffer(this);

    private sealed class Buffer(CountingReplacementFallback owner) : DecoderFallbackBuffer
    {
        private bool _pending;

        public override int Remaining => _pending ? 1 : 0;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            Interlocked.Add(ref owner._invalidBytes, bytesUnknown.Length);
            _pending = true;
            return true;
        }

        public override char GetNextChar()
        {
            char next = _pending ? '\uFFFD' : '\0';
            _pending = false;
            return next;
        }

        public override bool MovePrevious() => false;

        public override void Reset() => _pending = false;
    }
}
