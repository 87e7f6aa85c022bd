internal import CYAML

/// A value of a YAML text with its place.
struct YAMLValue {
  enum Content {
    /// A text as it was typed; plain when it stands without quotes and is no block.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLValue])
    case mapping([(key: YAMLValue, value: YAMLValue)])
  }
  var content: Content
  /// Where it begins; columns count Unicode scalars.
  var place: StudyPlace

  /// The text of a scalar.
  var text: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }
}

/// Why a text is not YAML.
enum YAMLError: Error {
  /// What libyaml says, and where; the place is missing when the bytes are no text.
  case unreadable(String, StudyPlace?)
  /// A key that stands twice in one mapping.
  case duplicateKey(String, first: StudyPlace, second: StudyPlace)
}

/// Makes values of the events of libyaml.
struct YAMLReader: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// The values that `*name` stands for.
  private var anchors: [String: YAMLValue] = [:]

  /// Reads a text that holds one document; `nil` when it holds none.
  static func document(of text: String) throws(YAMLError) -> YAMLValue? {
    var text = text
    let result = text.withUTF8 { bytes in
      Result { () throws(YAMLError) in
        var reader = YAMLReader(bytes)
        return try reader.document()
      }
    }
    return try result.get()
  }

  /// - Parameter bytes: UTF-8; they must stay where they are while the reader lives.
  private init(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    // It fails only without memory, where no event comes either.
    yaml_parser_initialize(parser)
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  private mutating func document() throws(YAMLError) -> YAMLValue? {
    _ = try next()  // the start of the stream
    guard try next().kind != YAML_STREAM_END_EVENT else { return nil }
    let value = try value(from: try next())
    _ = try next()  // the end of the document
    let event = try next()
    guard event.kind == YAML_STREAM_END_EVENT else {
      throw .unreadable("but found another document", event.place)
    }
    return value
  }

  /// An event without libyaml's memory.
  private struct Event {
    var kind: yaml_event_type_t
    var place: StudyPlace
    /// The name after `&` or `*`.
    var anchor: String?
    var text = ""
    var isPlain = false
  }

  private func next() throws(YAMLError) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw error }
    defer { yaml_event_delete(&event) }
    var result = Event(kind: event.type, place: StudyPlace(event.start_mark))
    switch event.type {
    case YAML_ALIAS_EVENT: result.anchor = Self.name(event.data.alias.anchor)
    case YAML_SEQUENCE_START_EVENT: result.anchor = Self.name(event.data.sequence_start.anchor)
    case YAML_MAPPING_START_EVENT: result.anchor = Self.name(event.data.mapping_start.anchor)
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      result.anchor = Self.name(scalar.anchor)
      result.text = String(
        decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      result.isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
    default: break
    }
    return result
  }

  private static func name(_ bytes: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    bytes.map { String(cString: $0) }
  }

  /// What stopped the parser.
  private var error: YAMLError {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
    let hasPlace = state.error == YAML_SCANNER_ERROR || state.error == YAML_PARSER_ERROR
    return .unreadable(problem, hasPlace ? StudyPlace(state.problem_mark) : nil)
  }

  private mutating func value(from event: Event) throws(YAMLError) -> YAMLValue {
    let content: YAMLValue.Content
    switch event.kind {
    case YAML_ALIAS_EVENT:
      guard let value = event.anchor.flatMap({ anchors[$0] }) else {
        throw .unreadable("found undefined alias", event.place)
      }
      return value
    case YAML_SEQUENCE_START_EVENT:
      var values: [YAMLValue] = []
      var event = try next()
      while event.kind != YAML_SEQUENCE_END_EVENT {
        values.append(try value(from: event))
        event = try next()
      }
      content = .sequence(values)
    case YAML_MAPPING_START_EVENT: content = .mapping(try pairs())
    default: content = .scalar(event.text, isPlain: event.isPlain)
    }
    let value = YAMLValue(content: content, place: event.place)
    if let anchor = event.anchor { anchors[anchor] = value }
    return value
  }

  private mutating func pairs() throws(YAMLError) -> [(key: YAMLValue, value: YAMLValue)] {
    var pairs: [(key: YAMLValue, value: YAMLValue)] = []
    var places: [String: StudyPlace] = [:]
    var event = try next()
    while event.kind != YAML_MAPPING_END_EVENT {
      let key = try value(from: event)
      if let text = key.text, let first = places.updateValue(key.place, forKey: text) {
        throw .duplicateKey(text, first: first, second: key.place)
      }
      pairs.append((key, try value(from: try next())))
      event = try next()
    }
    return pairs
  }
}

extension StudyPlace {
  fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line + 1, column: mark.column + 1) }
}
