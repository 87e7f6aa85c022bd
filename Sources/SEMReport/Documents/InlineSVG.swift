/// An SVG picture made fit to stand inside an HTML page, where all pictures share one space of names.
enum InlineSVG {
  /// The picture with every identifier prefixed, its style rules confined to it, and a description for screen readers.
  ///
  /// - Parameters:
  ///   - svg: A well-formed SVG document.
  ///   - prefix: A name that is unique in the page.
  ///   - description: What the picture shows.
  static func embedded(_ svg: String, prefix: String, description: String) -> String {
    var result = ""
    var isRoot = true
    var rest = Substring(svg)
    let root = "svg-" + prefix
    while let open = rest.firstIndex(of: "<") {
      result += rest[..<open]
      let tag = Self.tag(rest[open...])
      rest = rest[tag.endIndex...]
      if tag.hasPrefix("<?") || tag.hasPrefix("<!DOCTYPE") { continue }
      if tag.hasPrefix("<!--") || tag.hasPrefix("<![CDATA[") {
        result += tag
      } else if isRoot, tag.hasPrefix("<svg") {
        isRoot = false
        result += rootTag(tag, id: root, description: description)
      } else {
        result += renamed(tag, root)
      }
      if tag.hasPrefix("<style"), !tag.hasSuffix("/>"), let end = rest.ranges(of: "</style").first?.lowerBound
      {
        result += confined(String(rest[..<end]), root)
        rest = rest[end...]
      }
    }
    result += rest
    return String(result.trimmingPrefix(while: \.isWhitespace))
  }

  /// The width in which the picture was drawn, from its `width` or `viewBox`.
  static func width(_ svg: some StringProtocol) -> Double? {
    for open in svg.ranges(of: "<svg") {
      let tag = tag(Substring(svg[open.lowerBound...]))
      if let width = attribute("width", tag), let value = Double(width.replacing("px", with: "")) {
        return value
      }
      let box = attribute("viewBox", tag)?.split { $0 == " " || $0 == "," }.compactMap { Double($0) } ?? []
      if box.count == 4 { return box[2] }
    }
    return nil
  }

  /// The text from a `<` to the end of its tag, comment or section; a `>` inside quotes ends nothing.
  private static func tag(_ text: Substring) -> Substring {
    for (start, end) in [("<!--", "-->"), ("<![CDATA[", "]]>")] where text.hasPrefix(start) {
      return text.ranges(of: end).first.map { text[..<$0.upperBound] } ?? text
    }
    var quote: Character?
    for index in text.indices {
      let character = text[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == ">" {
        return text[...index]
      }
    }
    return text
  }

  private static func rootTag(_ tag: Substring, id: String, description: String) -> String {
    var head = "<svg id=\"\(id.html)\""
    if attribute("role", tag) == nil { head += " role=\"img\"" }
    if attribute("aria-label", tag) == nil, attribute("aria-labelledby", tag) == nil {
      head += " aria-label=\"\(description.html)\""
    }
    if attribute("style", tag) == nil, let width = width(tag) {
      // On a phone a large picture is scrolled rather than shrunk beyond reading.
      head += " style=\"min-width:\(Int(min(width, 640)))px\""
    }
    return head
      + renamed(tag.dropFirst("<svg".count).replacing(#/\sid=("[^"]*"|'[^']*')/#, with: "")[...], id)
  }

  private static func attribute(_ name: String, _ tag: some StringProtocol) -> String? {
    let text = String(tag)
    for quote in ["\"", "'"] {
      for blank in [" ", "\n", "\t"] {
        guard let start = text.ranges(of: blank + name + "=" + quote).first else { continue }
        return String(text[start.upperBound...].prefix { String($0) != quote })
      }
    }
    return nil
  }

  /// A tag whose identifiers, and references to them, begin with the picture's name.
  private static func renamed(_ tag: Substring, _ root: String) -> String {
    String(tag)
      .replacing(#/(\s)id=(["'])/#) { "\($0.1)id=\($0.2)\(root)-" }
      .replacing(#/url\((["']?)#/#) { "url(\($0.1)#\(root)-" }
      .replacing(#/href=(["'])#/#) { "href=\($0.1)#\(root)-" }
      .replacing(#/(aria-labelledby|aria-describedby)=(["'])([^"']*)/#) { match in
        let names = match.3.split(separator: " ").map { "\(root)-\($0)" }.joined(separator: " ")
        return "\(match.1)=\(match.2)\(names)"
      }
  }

  /// Style rules that hold inside the picture only: nested under its identifier.
  private static func confined(_ rules: String, _ root: String) -> String {
    let bare = rules.replacing("<![CDATA[", with: "").replacing("]]>", with: "")
    return "#\(root){" + bare.replacing(#/url\(#/#) { _ in "url(#\(root)-" } + "}"
  }
}
