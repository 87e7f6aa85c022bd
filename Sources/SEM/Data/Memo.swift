internal import Synchronization

/// Results that several others rest on, each computed when it is first asked for and kept.
///
/// What is kept must follow from the owner's constants alone, so that it does not matter who asks first. Two threads that
/// ask at once may both compute; both find the same.
final class Memo: Sendable {
  private let values = Mutex<[String: any Sendable]>([:])

  /// The value of a name; computed by `make` when it is not there yet. Failures are not kept.
  func value<Value: Sendable, Failure: Error>(
    _ name: String, _ make: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    // In two steps: nothing, cast to an optional type, would be a result.
    if let kept = values.withLock({ $0[name] }), let known = kept as? Value { return known }
    let value = try make()
    values.withLock { $0[name] = value }
    return value
  }
}
