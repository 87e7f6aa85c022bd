internal import SEMNumerics

/// A JSON value whose objects keep the order of their keys, so that output is stable and reads well.
public enum JSONValue: Sendable {
  /// `null`: also a number that is not finite.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A number, written with as many digits as it takes to read the same number back.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Members in order.
  case object([(String, JSONValue)])

  /// A number, or `null` for none and for NaN or infinity.
  public init(_ value: Double?) {
    self = value.flatMap { $0.isFinite ? .number($0) : nil } ?? .null
  }

  /// An object with further members; any other value as it is.
  public func appending(_ members: [(String, JSONValue)]) -> JSONValue {
    if case .object(let own) = self { return .object(own + members) }
    return self
  }

  /// The text, indented by two spaces; objects and lists without nesting stand on one line.
  public func text() -> String {
    var result = ""
    write(into: &result, indent: 0)
    return result
  }

  private var isFlat: Bool {
    switch self {
    case .array(let items): items.allSatisfy { $0.isScalar } && items.count <= 20
    case .object(let members):
      members.allSatisfy { $0.1.isScalar || ($0.1.isFlat && $0.1.isEmptyOrShort) } && members.count <= 20
    default: true
    }
  }

  private var isEmptyOrShort: Bool {
    switch self {
    case .array(let items): items.count <= 4
    case .object(let members): members.isEmpty
    default: true
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private func write(into text: inout String, indent: Int) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value):
      guard value.isFinite else {
        text += "null"
        return
      }
      // 21.0 is written as 21, as most JSON writers do.
      if value == value.rounded(), value.magnitude < 1e15 {
        text += String(Int(value))
      } else {
        text += "\(value)"
      }
    case .string(let value): Self.quote(value, into: &text)
    case .array(let items):
      Self.writeList(
        items.map { ("", $0) }, open: "[", close: "]", isFlat: isFlat, indent: indent, into: &text)
    case .object(let members):
      Self.writeList(members, open: "{", close: "}", isFlat: isFlat, indent: indent, into: &text, keyed: true)
    }
  }

  private static func writeList(
    _ members: [(String, JSONValue)], open: String, close: String, isFlat: Bool, indent: Int,
    into text: inout String, keyed: Bool = false
  ) {
    if members.isEmpty {
      text += open + close
      return
    }
    let inner = isFlat ? "" : "\n" + String(repeating: " ", count: indent + 2)
    text += open
    for (position, member) in members.enumerated() {
      if position > 0 { text += isFlat ? ", " : "," }
      text += inner
      if keyed {
        quote(member.0, into: &text)
        text += ": "
      }
      member.1.write(into: &text, indent: indent + 2)
    }
    text += isFlat ? "" : "\n" + String(repeating: " ", count: indent)
    text += close
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\0"..."\u{1F}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension JSONValue {
  /// A matrix as a list of its rows.
  init(rowsOf matrix: Matrix) {
    self = .array((0..<matrix.rowCount).map { row in .array(matrix.row(row).map { JSONValue($0) }) })
  }
}
