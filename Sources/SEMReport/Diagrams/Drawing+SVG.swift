extension Drawing {
  /// The picture as an SVG document of its own, ending with a line break.
  ///
  /// Text stays text. There are no identifiers, scripts or references, so that several pictures may stand in one page.
  public var svg: String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + svgElement + "\n"
  }

  /// The `<svg>` element alone, to put into HTML.
  public var svgElement: String {
    let number = Self.coordinate
    let (x, y, width, height) = (
      number(bounds.minX), number(bounds.minY), number(bounds.width), number(bounds.height)
    )
    let families = fontFamilies.map { $0.contains(" ") ? "'\($0)'" : $0 }.joined(separator: ", ")
    var lines = [
      "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"\(width)\" height=\"\(height)\""
        + " viewBox=\"\(x) \(y) \(width) \(height)\" font-family=\"\(Self.xml(families))\">",
      "<title>\(Self.xml(title))</title>",
    ]
    if !summary.isEmpty { lines.append("<desc>\(Self.xml(summary))</desc>") }
    if let background {
      lines.append(
        "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" fill=\"\(Self.hex(background))\"/>"
      )
    }
    lines += elements.map(Self.svg)
    lines.append("</svg>")
    return lines.joined(separator: "\n")
  }

  private static func svg(_ element: Element) -> String {
    let number = coordinate
    switch element {
    case .path(let path, let style):
      return "<path d=\"\(data(path))\"\(attributes(style))/>"
    case .ellipse(let box, let style):
      let center = box.center
      let place = "cx=\"\(number(center.x))\" cy=\"\(number(center.y))\""
      return
        "<ellipse \(place) rx=\"\(number(box.width / 2))\" ry=\"\(number(box.height / 2))\"\(attributes(style))/>"
    case .rectangle(let box, let radius, let style):
      let place = "x=\"\(number(box.minX))\" y=\"\(number(box.minY))\""
      let size = "width=\"\(number(box.width))\" height=\"\(number(box.height))\""
      let corner = radius > 0 ? " rx=\"\(number(radius))\"" : ""
      return "<rect \(place) \(size)\(corner)\(attributes(style))/>"
    case .text(let text):
      var attributes = "x=\"\(number(text.position.x))\" y=\"\(number(text.position.y))\""
      attributes += " font-size=\"\(number(text.size))\""
      if text.anchor != .start { attributes += " text-anchor=\"\(text.anchor.rawValue)\"" }
      if text.isBold { attributes += " font-weight=\"bold\"" }
      if text.isItalic { attributes += " font-style=\"italic\"" }
      if text.color != .black { attributes += " fill=\"\(hex(text.color))\"" }
      if text.rotation != 0 {
        attributes +=
          " transform=\"rotate(\(number(text.rotation)) \(number(text.position.x)) \(number(text.position.y)))\""
      }
      return "<text \(attributes)>\(xml(text.string))</text>"
    }
  }

  private static func data(_ path: Path) -> String {
    func pair(_ point: Point) -> String { coordinate(point.x) + " " + coordinate(point.y) }
    return path.segments.map { segment in
      switch segment {
      case .move(let point): "M" + pair(point)
      case .line(let point): "L" + pair(point)
      case .curve(let first, let second, let end):
        "C" + [first, second, end].map(pair).joined(separator: " ")
      case .close: "Z"
      }
    }.joined(separator: " ")
  }

  private static func attributes(_ style: Style) -> String {
    var text = " fill=\"\(style.fill.map(hex) ?? "none")\""
    if let stroke = style.stroke {
      text += " stroke=\"\(hex(stroke))\""
      if style.width != 1 { text += " stroke-width=\"\(coordinate(style.width))\"" }
      if !style.dash.isEmpty {
        text += " stroke-dasharray=\"\(style.dash.map(coordinate).joined(separator: " "))\""
      }
    }
    return text
  }

  static func hex(_ color: Color) -> String {
    let digits = String(color.rgb, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// Text as XML wants it; characters that XML does not allow become the replacement character.
  static func xml(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r": result += " "
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
