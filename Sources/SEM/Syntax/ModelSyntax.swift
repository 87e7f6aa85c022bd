/// A model text in lavaan's language, read into statements.
///
/// The grammar is `Docs/Grammar.ebnf`. Reading checks the form only; what the names mean is the work of
/// ``ModelSpecification``.
public struct ModelSyntax: Sendable, Hashable {
  /// The statements, in the order of the text.
  public let statements: [Statement]
  /// The text.
  public let text: String
  /// The text cut into lines, for errors of later stages.
  let source: SourceText

  /// Reads a model text.
  ///
  /// - Parameter text: Any string; nothing in it can make the parser stop the program.
  /// - Throws: ``SyntaxError`` at the first place that cannot be read.
  /// - Complexity: O(*n*) in the number of characters.
  public init(parsing text: String) throws(SyntaxError) {
    let source = SourceText(text)
    do throws(SyntaxProblem) {
      let tokens = try Lexer.tokens(of: source)
      statements = try Parser.statements(from: tokens, in: source)
    } catch {
      throw SyntaxError(
        code: error.code, message: error.message, hint: error.hint, range: error.range, in: source)
    }
    self.text = text
    self.source = source
  }

  /// Makes a model of statements that no text produced; `text` shows them in lavaan's language.
  public init(statements: [Statement]) {
    self.statements = statements
    text = SyntaxPrinter.text(of: statements)
    source = SourceText("")
  }

  /// The line and column of a range's first character.
  public func location(of range: SourceRange) -> SourceLocation {
    source.location(of: range.lowerBound)
  }
}
