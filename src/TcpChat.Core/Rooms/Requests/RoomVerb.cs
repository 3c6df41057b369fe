namespace TcpChat.Rooms.Requests;

/// <summary>What a user can ask of the rooms. A command's name is the verb's in lower case, and so is a request's on the wire.</summary>
internal enum RoomVerb
{
    /// <summary>Says <see cref="RoomRequest.Text"/> in a room. Text that is no command.</summary>
    Say,

    /// <summary>Does <see cref="RoomRequest.Text"/> in a room.</summary>
    Me,

    /// <summary>Says <see cref="RoomRequest.Text"/> to <see cref="RoomRequest.Name"/> only.</summary>
    Msg,

    /// <summary>Takes the name <see cref="RoomRequest.Name"/>.</summary>
    Nick,

    /// <summary>Who is in a room; without one, everybody.</summary>
    Who,

    /// <summary>Comes into <see cref="RoomRequest.Room"/>; what is said goes there from now on.</summary>
    Join,

    /// <summary>Leaves a room.</summary>
    Leave,

    /// <summary>Which rooms there are.</summary>
    Rooms,

    /// <summary>Tells a room's topic, or gives it another: <see cref="RoomRequest.Text"/>; with <see cref="RoomRequest.Off"/>, none.</summary>
    Topic,

    /// <summary>Is away, for the reason <see cref="RoomRequest.Text"/>; without one, is back.</summary>
    Away,

    /// <summary>Hears no more of <see cref="RoomRequest.Name"/>; with <see cref="RoomRequest.Off"/>, again; without a name, tells who is ignored.</summary>
    Ignore,

    /// <summary>What was said: <see cref="RoomRequest.Query"/>.</summary>
    History,

    /// <summary>Which commands there are, or what <see cref="RoomRequest.Name"/> does.</summary>
    Help,

    /// <summary>Goes, for the reason <see cref="RoomRequest.Text"/>.</summary>
    Quit,

    /// <summary>Operators: ends the session of <see cref="RoomRequest.Name"/>, for the reason <see cref="RoomRequest.Text"/>.</summary>
    Kick,

    /// <summary>Operators: the same, and the name and the address cannot come back. <see cref="RoomRequest.Name"/> can be an address or a CIDR range too.</summary>
    Ban,

    /// <summary>Operators: <see cref="RoomRequest.Name"/>, a name, an address or a range, may come again.</summary>
    Unban,

    /// <summary>Operators: <see cref="RoomRequest.Name"/> may read but not speak; with <see cref="RoomRequest.Off"/>, speak again.</summary>
    Mute,

    /// <summary>Operators: <see cref="RoomRequest.Name"/> is an operator; with <see cref="RoomRequest.Off"/>, not any more.</summary>
    Op,

    /// <summary>Operators: says <see cref="RoomRequest.Text"/> to everybody.</summary>
    Announce,
}
