/// How much room text takes, without asking a font: the advance widths of Helvetica for ASCII, and East Asian widths
/// (Unicode Annex 11) for the rest.
enum TextMetrics {
  /// The distance of baselines.
  static func lineHeight(_ size: Double) -> Double { 1.2 * size }

  /// The width of one line.
  static func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    let thousandths = text.reduce(0.0) { $0 + width(of: $1) }
    return thousandths / 1000 * size * (isBold ? 1.07 : 1)
  }

  private static func width(of character: Character) -> Double {
    if let ascii = character.asciiValue, (32...126).contains(ascii) {
      return Double(advances[Int(ascii) - 32])
    }
    switch character {
    case "\u{2212}": return 584
    case "\u{A0}": return 278
    case "²": return 333
    default: break
    }
    switch character.displayWidth {
    case 0: return 0
    case 2: return 1000
    default: return 610
    }
  }

  /// Of the characters 32 to 126, in thousandths of the font's size.
  private static let advances: [Int] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
  ]

  /// Breaks text into lines of at most some width: at spaces, after underscores and hyphens, and between wide characters.
  static func wrapped(_ text: String, size: Double, to room: Double) -> [String] {
    var lines: [String] = []
    var line = ""
    for piece in pieces(text.printable) {
      if line.isEmpty || width((line + piece).trimmedEnd, size: size) <= room {
        line += piece
      } else {
        lines.append(line.trimmedEnd)
        line = piece == " " ? "" : piece
      }
      while width(line.trimmedEnd, size: size) > room, line.count > 1 {
        var head = line
        while head.count > 1, width(head, size: size) > room { head.removeLast() }
        lines.append(head)
        line.removeFirst(head.count)
      }
    }
    if !line.trimmedEnd.isEmpty || lines.isEmpty { lines.append(line.trimmedEnd) }
    return lines
  }

  /// The parts between which a line may end.
  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var word = ""
    for character in text {
      if character.displayWidth == 2, !closing.contains(character) {
        if !word.isEmpty { pieces.append(word) }
        word = String(character)
      } else if character == " " {
        if !word.isEmpty { pieces.append(word) }
        pieces.append(" ")
        word = ""
      } else {
        word.append(character)
        if character == "_" || character == "-" || character == "/" {
          pieces.append(word)
          word = ""
        }
      }
    }
    if !word.isEmpty { pieces.append(word) }
    return pieces
  }

  /// Punctuation that begins no line.
  private static let closing: Set<Character> = ["，", "。", "、", "；", "：", "）", "》", "」", "！", "？"]
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
