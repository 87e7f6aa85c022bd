/// Cuts a model text into tokens in one pass. Productions: `name`, `string`, `number`, `comment` of Grammar.ebnf.
struct Lexer {
  private let source: SourceText
  /// The codes of the characters: ASCII, or 0 for all others.
  private let codes: [UInt8]
  private var position = 0

  private init(_ source: SourceText) {
    self.source = source
    codes = source.codes
  }

  /// The tokens of a text, ending with `.end`.
  ///
  /// - Complexity: O(*n*) in the number of characters.
  static func tokens(of source: SourceText) throws(SyntaxProblem) -> [Token] {
    var lexer = Lexer(source)
    var tokens: [Token] = []
    tokens.reserveCapacity(source.count / 3 + 8)
    while let token = try lexer.next() { tokens.append(token) }
    tokens.append(Token(kind: .end, range: SourceRange(source.count, source.count)))
    return tokens
  }

  private func peek(_ distance: Int = 0) -> Character? {
    let index = position + distance
    return index < codes.count ? source[index] : nil
  }

  private mutating func next() throws(SyntaxProblem) -> Token? {
    skipBlanksAndComments()
    if let token = plainToken() { return token }
    guard let character = peek() else { return nil }
    let start = position
    if character.isNewline {
      position += 1
      return Token(kind: .newline, range: SourceRange(start, position))
    }
    if character == ";" {
      position += 1
      return Token(kind: .semicolon, range: SourceRange(start, position))
    }
    if character == "\"" || character == "'" { return try string(quote: character) }
    if Self.isDigit(character) { return try number() }
    if character == ".", let following = peek(1), Self.isDigit(following) { return try number() }
    if Self.startsName(character) { return name() }
    if let symbol = symbol() {
      position += symbol.rawValue.count
      return Token(kind: .symbol(symbol), range: SourceRange(start, position))
    }
    throw Self.unexpected(character, following: peek(1), at: SourceRange(start, start + 1))
  }

  /// The frequent tokens of plain text by their codes: names, line ends and some signs. `nil` leaves the rest, and
  /// everything that a name of other letters may need, to the general way.
  private mutating func plainToken() -> Token? {
    guard position < codes.count else { return nil }
    let start = position
    switch codes[start] {
    case 0x0A:
      position += 1
      return Token(kind: .newline, range: SourceRange(start, position))
    case 0x2B, 0x2A:
      position += 1
      return Token(kind: .symbol(codes[start] == 0x2B ? .plus : .star), range: SourceRange(start, position))
    case 0x3D, 0x7E:
      // "=~", "~~", and "~" before anything but the star of "~*~".
      let next = start + 1 < codes.count ? codes[start + 1] : 0
      guard next == 0x7E || (codes[start] == 0x7E && next != 0x2A) else { return nil }
      position += next == 0x7E ? 2 : 1
      let symbol: Symbol = codes[start] == 0x3D ? .measurement : next == 0x7E ? .covariance : .regression
      return Token(kind: .symbol(symbol), range: SourceRange(start, position))
    case 0x3A:
      guard start + 1 < codes.count, codes[start + 1] == 0x3D else { return nil }
      position += 2
      return Token(kind: .symbol(.definition), range: SourceRange(start, position))
    case 0x30...0x39:
      // A short integer that ends before a sign, blank or line end.
      var value = 0
      var end = start
      while end < codes.count, codes[end] >= 0x30, codes[end] <= 0x39, end - start < 15 {
        value = 10 * value + Int(codes[end] - 0x30)
        end += 1
      }
      if end < codes.count, codes[end] == 0 || Self.continuesPlainName(codes[end]) { return nil }
      position = end
      return Token(kind: .number(Double(value)), range: SourceRange(start, end))
    case 0x41...0x5A, 0x61...0x7A, 0x5F:
      var end = start + 1
      while end < codes.count, Self.continuesPlainName(codes[end]) { end += 1 }
      // Another script may go on here.
      if end < codes.count, codes[end] == 0 { return nil }
      position = end
      return Token(
        kind: .name, range: SourceRange(start, end))
    default: return nil
    }
  }

  private static func continuesPlainName(_ code: UInt8) -> Bool {
    switch code {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2E: true
    default: false
    }
  }

  private mutating func skipBlanksAndComments() {
    while position < codes.count {
      switch codes[position] {
      case 0x20, 0x09: position += 1
      case 0x21, 0x23:
        while position < codes.count, !isNewline(position) { position += 1 }
        return
      case 0:
        guard Self.isBlank(source[position]) else { return }
        position += 1
      default: return
      }
    }
  }

  private func isNewline(_ offset: Int) -> Bool {
    let code = codes[offset]
    return code == 0 ? source[offset].isNewline : code >= 0x0A && code <= 0x0D
  }

  /// Production `string`.
  private mutating func string(quote: Character) throws(SyntaxProblem) -> Token {
    let start = position
    position += 1
    while let character = peek(), !character.isNewline {
      position += 1
      guard character == quote else { continue }
      let content = source[(start + 1)..<(position - 1)]
      let range = SourceRange(start, position)
      if content.allSatisfy(\.isWhitespace) {
        throw SyntaxProblem(
          "empty-name", "The quotes hold no name.", hint: "Write a name between them.", at: range)
      }
      return Token(kind: .string, range: range)
    }
    throw SyntaxProblem(
      "unterminated-string", "The quote that opens here is not closed on its line.",
      hint: "Add a closing \(quote).", at: SourceRange(start, start + 1))
  }

  /// Production `number`.
  private mutating func number() throws(SyntaxProblem) -> Token {
    let start = position
    var text = ""
    func isNext(_ predicate: (Character) -> Bool, _ distance: Int = 0) -> Bool {
      peek(distance).map(predicate) ?? false
    }
    func take() {
      if let character = peek() { text.append(character) }
      position += 1
    }
    while isNext(Self.isDigit) { take() }
    if isNext({ $0 == "." }) {
      take()
      while isNext(Self.isDigit) { take() }
    }
    if isNext({ $0 == "e" || $0 == "E" }) {
      let hasSign = isNext({ $0 == "+" || $0 == "-" || $0 == "\u{2212}" }, 1)
      if isNext(Self.isDigit, hasSign ? 2 : 1) {
        take()
        if hasSign { take() }
        while isNext(Self.isDigit) { take() }
      }
    }
    if isNext(Self.startsName) {
      while isNext(Self.continuesName) { position += 1 }
      let word = source[start..<position]
      throw SyntaxProblem(
        "name-starts-with-digit", "'\(word)' begins with a digit, so it is neither a number nor a name.",
        hint: "Quote the name, \"\(word)\", or write '*' between the number and the variable.",
        at: SourceRange(start, position))
    }
    let range = SourceRange(start, position)
    if text.hasSuffix(".") { text.append("0") }
    if text.hasPrefix(".") { text = "0" + text }
    text = text.replacingExponentPoint()
    guard let value = Double(text), value.isFinite else {
      throw SyntaxProblem("number-too-large", "The number is too large.", hint: nil, at: range)
    }
    return Token(kind: .number(value), range: range)
  }

  /// Production `name`.
  private mutating func name() -> Token {
    let start = position
    while let character = peek(), Self.continuesName(character) { position += 1 }
    return Token(kind: .name, range: SourceRange(start, position))
  }

  /// The longest sign that begins here.
  private func symbol() -> Symbol? {
    guard let first = peek() else { return nil }
    let second = peek(1)
    switch (first, second) {
    case ("~", "*") where peek(2) == "~": return .scale
    case ("=", "~"): return .measurement
    case ("<", "~"): return .composite
    case ("~", "~"): return .covariance
    case (":", "="): return .definition
    case ("=", "="): return .equality
    case ("<", "="), (">", "="), ("|", "|"): return nil
    default: return Symbol(rawValue: String(first))
    }
  }
}

// MARK: - Character classes

extension Lexer {
  static func isDigit(_ character: Character) -> Bool {
    guard let value = character.asciiValue else { return false }
    return value >= 48 && value <= 57
  }

  /// Letters of any script, the underscore and the dot begin a name.
  static func startsName(_ character: Character) -> Bool {
    if let value = character.asciiValue {
      return (value >= 97 && value <= 122) || (value >= 65 && value <= 90) || value == 95 || value == 46
    }
    guard let scalar = character.unicodeScalars.first else { return false }
    return scalar.properties.isAlphabetic || scalar.properties.isIDStart
  }

  static func continuesName(_ character: Character) -> Bool {
    if character.isASCII { return isDigit(character) || startsName(character) }
    guard let scalar = character.unicodeScalars.first else { return false }
    return scalar.properties.isAlphabetic || scalar.properties.isIDContinue
  }

  /// Spaces of any width, and the invisible characters that copying from web pages brings along.
  private static func isBlank(_ character: Character) -> Bool {
    if character == " " || character == "\t" { return true }
    if character.isNewline { return false }
    if character.isWhitespace { return true }
    return character == "\u{FEFF}" || character == "\u{200B}" || character == "\u{2060}"
  }

  /// The signs that a full-width keyboard or a word processor puts in place of ours.
  private static func plainForm(of character: Character) -> String? {
    switch character {
    case "“", "”", "„", "‟", "«", "»", "＂", "「", "」", "『", "』": return "\""
    case "‘", "’", "‚", "＇", "′": return "'"
    case "−", "–", "—", "‐", "‑", "－", "―": return "-"
    case "×", "∗", "·", "⋅", "•": return "*"
    case "÷", "∕", "⁄": return "/"
    case "∼", "〜", "˜", "～": return "~"
    case "≔": return ":="
    case "≡": return "=="
    case "≤": return "<"
    case "≥": return ">"
    case "、", "，": return ","
    case "。": return "."
    case "≈", "≃": return "=~"
    default:
      guard let scalar = character.unicodeScalars.first, (0xFF01...0xFF5E).contains(scalar.value),
        let plain = Unicode.Scalar(scalar.value - 0xFEE0)
      else { return nil }
      return String(Character(plain))
    }
  }

  private static func unexpected(
    _ character: Character, following: Character?, at range: SourceRange
  ) -> SyntaxProblem {
    if let plain = plainForm(of: character) {
      let isFullWidth = SourceExcerpt.displayWidth(character) == 2
      return SyntaxProblem(
        isFullWidth ? "full-width-character" : "typographic-character",
        isFullWidth
          ? "'\(character)' is a full-width character, which model syntax does not use."
          : "'\(character)' is a typographic character, which model syntax does not use.",
        hint: "Type the plain '\(plain)' instead.", at: range)
    }
    let hint: String?
    switch (character, following) {
    case ("=", _):
      hint = "Use '=~' (measured by), '~' (regressed on), '==' (constraint) or ':=' (definition)."
    case ("<", _), (">", _):
      hint = "Write '\(character)' without '='; at the boundary both mean the same."
    case ("@", _): hint = "A value is fixed by '1*x'."
    case ("`", _): hint = "Put the name between \" or ' quotes."
    case ("[", _), ("]", _), ("{", _), ("}", _): hint = "Only round parentheses are used."
    case ("|", _), ("&", _): hint = "A threshold is written 'x | t1'."
    default: hint = nil
    }
    return SyntaxProblem(
      "unexpected-character", "The character \(name(of: character)) has no meaning here.", hint: hint,
      at: range)
  }

  /// A character as an error message shows it: itself, or its code when it cannot be seen.
  private static func name(of character: Character) -> String {
    let scalars = character.unicodeScalars
    let isVisible = scalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .nonspacingMark, .enclosingMark: false
      default: true
      }
    }
    if isVisible { return "'\(character)'" }
    guard let first = scalars.first else { return "''" }
    let digits = String(first.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension String {
  /// `1.e5` as `1.0e5`, which every number reader accepts.
  fileprivate func replacingExponentPoint() -> String {
    var result = ""
    var previous: Character?
    for character in self {
      if previous == ".", character == "e" || character == "E" { result.append("0") }
      result.append(character)
      previous = character
    }
    return result
  }
}
