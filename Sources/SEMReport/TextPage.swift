/// Lines of a report in the making: headings, paragraphs, lists and tables, none wider than the page.
struct TextPage {
  /// The columns of the page.
  let width: Int
  /// The columns that running text takes: long lines are hard to read.
  private var textWidth: Int { min(width, 100) }
  /// The lines so far.
  private(set) var lines: [String] = []

  init(width: Int) {
    self.width = max(width, 40)
  }

  /// The lines as one text, with a line break at the end.
  var text: String { lines.joined(separator: "\n") + "\n" }

  /// A line as it is, without spaces at its end.
  mutating func add(_ line: String) {
    var line = line
    while line.last == " " { line.removeLast() }
    lines.append(line)
  }

  /// Lines as they are.
  mutating func add(_ lines: [String]) {
    for line in lines { add(line) }
  }

  /// A blank line, but never two, and none at the top.
  mutating func blank() {
    if let last = lines.last, !last.isEmpty { lines.append("") }
  }

  /// A heading after a blank line.
  mutating func heading(_ title: String) {
    blank()
    for line in title.wrapped(to: width) { add(line) }
  }

  /// A heading with a rule under it.
  mutating func ruledHeading(_ title: String, rule: Character = "-") {
    heading(title)
    add(String(repeating: rule, count: min(title.displayWidth, width)))
  }

  /// Running text, its second and later lines indented further by `hanging`.
  mutating func paragraph(_ text: String, indent: Int = 0, hanging: Int = 0) {
    let room = textWidth - indent
    let wrapped = text.printable.wrapped(to: room, continuation: room - hanging)
    for (number, line) in wrapped.enumerated() {
      add(.spaces(indent + (number > 0 ? hanging : 0)) + line)
    }
  }

  /// Terms with their explanations, the explanations under each other.
  mutating func definitions(_ items: [(term: String, text: String)], indent: Int = 2) {
    let term = (items.map(\.term.displayWidth).max() ?? 0) + 2
    for item in items {
      let wrapped = item.text.printable.wrapped(to: textWidth - indent - term)
      for (number, line) in wrapped.enumerated() {
        add(.spaces(indent) + (number == 0 ? item.term : "").paddedRight(to: term) + line)
      }
    }
  }

  /// Names with values: as many pairs beside each other as fit, to be read downwards.
  ///
  /// - Parameters:
  ///   - items: The pairs.
  ///   - nameWidth: The least room for names, so that several grids stand under each other.
  ///   - valueWidth: The least room for values.
  ///   - limit: The largest number of pairs on a line.
  mutating func grid(
    _ items: [(name: String, value: String)], nameWidth: Int = 0, valueWidth: Int = 0, limit: Int = 9
  ) {
    guard !items.isEmpty else { return }
    let indent = 2
    let gap = 4
    let valueWidth = max(valueWidth, items.map(\.value.displayWidth).max() ?? 0)
    let room = width - indent - valueWidth - 2
    let nameWidth = min(max(nameWidth, items.map(\.name.displayWidth).max() ?? 0), room)
    let names = ShortNames(items.map(\.name), columns: nameWidth)
    let cell = nameWidth + 2 + valueWidth
    let columnCount = max(1, min(limit, (width - indent + gap) / (cell + gap), items.count))
    let rowCount = (items.count + columnCount - 1) / columnCount
    for row in 0..<rowCount {
      var line = String.spaces(indent)
      for column in 0..<columnCount {
        let position = column * rowCount + row
        guard position < items.count else { break }
        if column > 0 { line += .spaces(gap) }
        let name = names[items[position].name]
        line += name.paddedRight(to: nameWidth) + "  "
        line += items[position].value.paddedLeft(to: valueWidth - max(0, name.displayWidth - nameWidth))
      }
      add(line)
    }
  }
}
