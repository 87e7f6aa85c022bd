/// Why statements do not make a model: what is wrong, where, and what to do.
public struct SpecificationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A short name that stays the same between versions, such as `unknown-variable`.
  public var code: String
  /// The cause, one sentence.
  public var message: String
  /// The cure, when one is known.
  public var hint: String?
  /// The characters in question; `nil` for models that no text produced, and for options.
  public var range: SourceRange?
  /// The line, from 1.
  public var line: Int?
  /// The column, from 1, in characters.
  public var column: Int?
  /// The text of the line.
  public var sourceLine: String?

  /// The message with its place, the source line with carets under the place, and the hint.
  public var description: String {
    var text = message
    if let line, let column, let sourceLine, let range {
      text = "line \(line), column \(column): \(message)\n"
      text += SourceExcerpt.render(
        line: sourceLine, column: column, length: range.upperBound - range.lowerBound)
    }
    if let hint { text += "\nhint: \(hint)" }
    return text
  }
}

/// Something in a model that the user may not have meant, although it has a meaning.
public struct SpecificationWarning: Sendable, Hashable, CustomStringConvertible {
  /// A short name that stays the same between versions, such as `duplicate-element`.
  public var code: String
  /// What was noticed, and what was done.
  public var message: String
  /// The line, from 1; `nil` for models that no text produced, and for options.
  public var line: Int?
  /// The column, from 1, in characters.
  public var column: Int?

  /// The message with its place.
  public var description: String {
    if let line, let column { "line \(line), column \(column): \(message)" } else { message }
  }
}

/// An error of the specification before it knows the text it belongs to.
struct SpecificationProblem: Error {
  var code: String
  var message: String
  var hint: String?
  var range: SourceRange?

  init(_ code: String, _ message: String, hint: String? = nil, at range: SourceRange?) {
    self.code = code
    self.message = message
    self.hint = hint
    self.range = range
  }

  /// The public error, with the place shown when there is a text.
  func error(in source: SourceText) -> SpecificationError {
    var error = SpecificationError(code: code, message: message, hint: hint)
    guard let range, range != .none, source.count > 0 else { return error }
    let location = source.location(of: range.lowerBound)
    error.range = range
    error.line = location.line
    error.column = location.column
    error.sourceLine = source.line(location.line)
    return error
  }
}
