/// Why a model text could not be read: what is wrong, where, and what to write instead.
public struct SyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// A short name that stays the same between versions, such as `unexpected-character`.
  public var code: String
  /// The cause, one sentence.
  public var message: String
  /// The cure, when one is known.
  public var hint: String?
  /// The characters in question.
  public var range: SourceRange
  /// The line, from 1.
  public var line: Int
  /// The column, from 1, in characters.
  public var column: Int
  /// The text of the line.
  public var sourceLine: String

  init(code: String, message: String, hint: String?, range: SourceRange, in source: SourceText) {
    let location = source.location(of: range.lowerBound)
    self.code = code
    self.message = message
    self.hint = hint
    self.range = range
    self.line = location.line
    self.column = location.column
    self.sourceLine = source.line(location.line)
  }

  /// The message with its place, the source line with carets under the place, and the hint.
  public var description: String {
    let length = range.upperBound - range.lowerBound
    var text = "line \(line), column \(column): \(message)\n"
    text += SourceExcerpt.render(line: sourceLine, column: column, length: length)
    if let hint { text += "\nhint: \(hint)" }
    return text
  }
}

/// An error of the lexer or parser before it knows the text it belongs to.
struct SyntaxProblem: Error {
  var code: String
  var message: String
  var hint: String?
  var range: SourceRange

  init(_ code: String, _ message: String, hint: String? = nil, at range: SourceRange) {
    self.code = code
    self.message = message
    self.hint = hint
    self.range = range
  }
}
