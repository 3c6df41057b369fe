using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace TcpChat.PowerShell.Tests.Consoles;

/// <summary>A PowerShell host with a screen in memory and a scripted keyboard.</summary>
internal sealed class ScriptedHost : PSHost
{
    private readonly ScriptedUI _ui;

    public ScriptedHost(int columns = 100)
    {
        Screen = new Screen(columns);
        _ui = new ScriptedUI(Screen, Keyboard, Progress);
    }

    public Screen Screen { get; }

    public FakeKeyboard Keyboard { get; } = new();

    public List<ProgressRecord> Progress { get; } = [];

    public override string Name => "scripted";

    public override Version Version => new(1, 0);

    public override Guid InstanceId { get; } = Guid.NewGuid();

    public override PSHostUserInterface UI => _ui;

    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;

    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;

    public override void EnterNestedPrompt() => throw new NotSupportedException();

    public override void ExitNestedPrompt() => throw new NotSupportedException();

    public override void NotifyBeginApplication()
    {
    }

    public override void NotifyEndApplication()
    {
    }

    public override void SetShouldExit(int exitCode)
    {
    }

    private sealed class ScriptedUI(Screen screen, FakeKeyboard keyboard, List<ProgressRecord> progress) : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI { get; } = new ScriptedRawUI(screen, keyboard);

        public override bool SupportsVirtualTerminal => true;

        public override void Write(string value) => screen.Write(value);

        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) => Write(value);

        public override void WriteLine(string value) => screen.WriteLine(value);

        public override void WriteErrorLine(string value) => WriteLine(value);

        public override void WriteDebugLine(string message) => WriteLine(message);

        public override void WriteVerboseLine(string message) => WriteLine(message);

        public override void WriteWarningLine(string message) => WriteLine(message);

        public override void WriteProgress(long sourceId, ProgressRecord record) => progress.Add(record);

        public override string ReadLine() => throw new NotSupportedException("Keys are there to be read.");

        public override SecureString ReadLineAsSecureString() => throw new NotSupportedException();

        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw new NotSupportedException();

        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw new NotSupportedException();

        public override PSCredential PromptForCredential(
            string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) =>
            throw new NotSupportedException();
    }

    /// <summary>As pwsh on Unix: no modifiers are told, and a release of each key is there to be read too, as on Windows.</summary>
    private sealed class ScriptedRawUI(Screen screen, FakeKeyboard keyboard) : PSHostRawUserInterface
    {
        private readonly Queue<KeyInfo> _next = new();

        public override bool KeyAvailable
        {
            get
            {
                if (_next.Count == 0 && keyboard.TryRead(out ConsoleKeyInfo? key))
                {
                    char character = key.Value is { Modifiers: ConsoleModifiers.Control, Key: >= ConsoleKey.A and <= ConsoleKey.Z, KeyChar: '\0' }
                        ? (char)(key.Value.Key - ConsoleKey.A + 1)
                        : key.Value.KeyChar;
                    _next.Enqueue(new KeyInfo((int)key.Value.Key, character, default, true));
                    _next.Enqueue(new KeyInfo((int)key.Value.Key, character, default, false));
                }

                return _next.Count > 0;
            }
        }

        public override Size WindowSize
        {
            get => new(screen.Columns, 25);
            set => throw new NotSupportedException();
        }

        public override ConsoleColor BackgroundColor { get; set; }

        public override ConsoleColor ForegroundColor { get; set; }

        public override Size BufferSize { get; set; }

        public override Coordinates CursorPosition { get; set; }

        public override int CursorSize { get; set; }

        public override Coordinates WindowPosition { get; set; }

        public override string WindowTitle { get; set; } = "";

        public override Size MaxPhysicalWindowSize => WindowSize;

        public override Size MaxWindowSize => WindowSize;

        public override KeyInfo ReadKey(ReadKeyOptions options)
        {
            Assert.True(options.HasFlag(ReadKeyOptions.NoEcho | ReadKeyOptions.IncludeKeyUp), "A release is there, and nobody reads it.");
            return _next.Dequeue();
        }

        public override void FlushInputBuffer() => throw new NotSupportedException();

        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw new NotSupportedException();

        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw new NotSupportedException();

        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw new NotSupportedException();

        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw new NotSupportedException();
    }
}
