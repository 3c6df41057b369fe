using System.Collections;
using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace TcpChat.Host;

/// <summary>The questions that the engine and scripts ask: values for parameters, a choice, a name and password.</summary>
internal sealed class Questions(HostUserInterface ui)
{
    public Dictionary<string, PSObject> Ask(string? caption, string? message, Collection<FieldDescription> fields)
    {
        ShowHead(caption, message);
        var answers = new Dictionary<string, PSObject>();
        foreach (FieldDescription field in fields)
        {
            answers[field.Name] = PSObject.AsPSObject(AskField(field));
        }

        return answers;
    }

    public int Choose(string? caption, string? message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        ShowHead(caption, message);
        Choice[] all = [.. choices.Select(choice => new Choice(choice))];
        string question = string.Join("  ", all.Select(choice => $"[{choice.Key}] {choice.Label}")) + "  [?] Help";
        if (defaultChoice >= 0)
        {
            question += $" (default is \"{all[defaultChoice].Key}\")";
        }

        while (true)
        {
            string answer = (ui.ReadAnswer(question + ": ") ?? throw NoAnswer()).Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            int chosen = Array.FindIndex(all, choice => choice.Is(answer));
            if (chosen >= 0)
            {
                return chosen;
            }

            if (answer == "?")
            {
                foreach (Choice choice in all)
                {
                    ui.WriteLine($"{choice.Key} - {choice.Help}");
                }
            }
        }
    }

    public PSCredential AskCredential(string? caption, string? message, string? userName)
    {
        ShowHead(caption, message);
        string name = string.IsNullOrEmpty(userName) ? ui.ReadAnswer("User: ") ?? throw NoAnswer() : userName;
        ui.Write($"Password for user {name}: ");
        return new PSCredential(name, ui.ReadSecret());
    }

    private void ShowHead(string? caption, string? message)
    {
        foreach (string? line in new[] { caption, message })
        {
            if (!string.IsNullOrEmpty(line))
            {
                ui.WriteLine(line);
            }
        }
    }

    private object? AskField(FieldDescription field)
    {
        Type type = TypeOf(field);
        string label = string.IsNullOrEmpty(field.Label) ? field.Name : field.Label.Replace("&", "", StringComparison.Ordinal);
        if (type == typeof(PSCredential))
        {
            return AskCredential(null, null, null);
        }

        if (type == typeof(SecureString))
        {
            ui.Write($"{label}: ");
            return ui.ReadSecret();
        }

        bool isList = type.IsArray || typeof(IList).IsAssignableFrom(type);
        return isList ? AskList(label, type) : AskValue(label, type);
    }

    private object? AskValue(string label, Type type)
    {
        while (true)
        {
            string answer = ui.ReadAnswer($"{label}: ") ?? throw NoAnswer();
            try
            {
                return LanguagePrimitives.ConvertTo(answer, type, System.Globalization.CultureInfo.CurrentCulture);
            }
            catch (PSInvalidCastException failure)
            {
                ui.WriteErrorLine(failure.Message);
            }
        }
    }

    private object? AskList(string label, Type type)
    {
        Type itemType = type.GetElementType() ?? typeof(object);
        var items = new List<object?>();
        while (ui.ReadAnswer($"{label}[{items.Count}]: ") is { Length: > 0 } answer)
        {
            try
            {
                items.Add(LanguagePrimitives.ConvertTo(answer, itemType, System.Globalization.CultureInfo.CurrentCulture));
            }
            catch (PSInvalidCastException failure)
            {
                ui.WriteErrorLine(failure.Message);
            }
        }

        return LanguagePrimitives.ConvertTo(items.ToArray(), type, System.Globalization.CultureInfo.CurrentCulture);
    }

    private static Type TypeOf(FieldDescription field)
    {
        return Type.GetType(field.ParameterAssemblyFullName)
            ?? LanguagePrimitives.ConvertTo(field.ParameterTypeFullName, typeof(Type), null) as Type
            ?? typeof(string);
    }

    private static PromptingException NoAnswer()
    {
        return new PromptingException("The input ended before the question was answered.");
    }

    /// <summary>One answer to choose, with the letter after the ampersand of its label as its key.</summary>
    private sealed class Choice
    {
        public Choice(ChoiceDescription choice)
        {
            int mark = choice.Label.IndexOf('&', StringComparison.Ordinal);
            Label = mark < 0 ? choice.Label : choice.Label.Remove(mark, 1);
            Key = mark >= 0 && mark < Label.Length ? Label[mark..(mark + 1)].ToUpperInvariant() : Label;
            Help = choice.HelpMessage;
        }

        public string Key { get; }

        public string Label { get; }

        public string Help { get; }

        public bool Is(string answer)
        {
            return answer.Equals(Key, StringComparison.OrdinalIgnoreCase) || answer.Equals(Label, StringComparison.OrdinalIgnoreCase);
        }
    }
}
