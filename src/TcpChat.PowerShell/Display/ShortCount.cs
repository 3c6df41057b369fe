using System.Globalization;

namespace TcpChat.Display;

/// <summary>A count in four characters, for a narrow column of a table: cut off by the table, it would be another number.</summary>
public static class ShortCount
{
    private const long Thousand = 1000;

    private static readonly string[] s_units = ["", "k", "M", "G", "T", "P", "E"];

    /// <summary>The count itself up to 9999, then thousands, millions and so on, rounded down: 12345 is 12k.</summary>
    public static string Format(long count)
    {
        int unit = 0;
        for (long limit = 10 * Thousand; count >= limit; limit = Thousand)
        {
            count /= Thousand;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{count}{s_units[unit]}");
    }
}
