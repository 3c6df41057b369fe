using System.Management.Automation;

namespace TcpChat.Binding;

/// <summary>Takes things by their objects, their ids or their names, wildcards included.</summary>
internal abstract class ReferenceTransformAttribute<T> : ArgumentTransformationAttribute
    where T : class
{
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) =>
        Payload.Unwrap(inputData) is object[] list
            ? list.SelectMany(Find).ToArray()
            : Find(inputData).ToArray();

    protected abstract IReadOnlyList<T> FindById(int id);

    protected abstract IReadOnlyList<T> FindByName(string name);

    /// <summary>What an object of another type stands for; null where for nothing.</summary>
    protected virtual T? FromOther(object other) => null;

    protected abstract bool IsLive(T item);

    protected abstract string NotFound(object reference);

    private IEnumerable<object> Find(object reference)
    {
        object bare = Payload.Unwrap(reference);
        IReadOnlyList<T>? found = bare switch
        {
            int id => FindById(id),
            string name => PreferLive(FindByName(name)),
            _ => FromOther(bare) is { } meant ? [meant] : null,
        };
        return found switch
        {
            null => [bare],
            [] when bare is string name && WildcardPattern.ContainsWildcardCharacters(name) => [],
            [] => throw new ArgumentTransformationMetadataException(NotFound(bare)),
            _ => found,
        };
    }

    // A name is often used again, as after a reconnect; those of that name that are over are not meant then.
    private IReadOnlyList<T> PreferLive(IReadOnlyList<T> found)
    {
        List<T> live = [.. found.Where(IsLive)];
        return live.Count > 0 ? live : found;
    }
}
