extension Drawing {
  /// The picture as a LaTeX document of its own, for `pdflatex` or `xelatex`; it loads ctex where there is Chinese.
  public var tikzDocument: String {
    let fonts = isSerif ? "mathptmx" : "helvet"
    let ctex = needsCTeX ? "\\usepackage[UTF8,scheme=plain]{ctex}\n" : ""
    let family = isSerif ? "" : "\\renewcommand{\\familydefault}{\\sfdefault}\n"
    return """
      \\documentclass[tikz,border=2pt]{standalone}
      \(needsCTeX ? "" : "\\usepackage[T1]{fontenc}\n\\usepackage{\(fonts)}\n")\(ctex)\(family)\\begin{document}
      \(tikzPicture)
      \\end{document}

      """
  }

  /// The `tikzpicture` environment alone, to put into a document that loads `tikz` (and `ctex` for Chinese).
  public var tikzPicture: String {
    let number = Self.coordinate
    // A CSS pixel is three quarters of a big point; y grows downwards.
    var lines = ["\\begin{tikzpicture}[x=0.75bp,y=-0.75bp,line join=miter,inner sep=0pt,outer sep=0pt]"]
    for color in colors {
      let digits = Self.hex(color).dropFirst().uppercased()
      lines.append("\\definecolor{c\(digits)}{HTML}{\(digits)}")
    }
    let corners =
      "(\(number(bounds.minX)),\(number(bounds.minY))) rectangle (\(number(bounds.maxX)),\(number(bounds.maxY)))"
    lines.append("\\path[use as bounding box] \(corners);")
    if let background, background != .white { lines.append("\\fill[\(Self.name(background))] \(corners);") }
    lines += elements.map(Self.tikz)
    lines.append("\\end{tikzpicture}")
    return lines.joined(separator: "\n")
  }

  private var isSerif: Bool { fontFamilies.last == "serif" }

  private var needsCTeX: Bool {
    elements.contains { element in
      if case .text(let text) = element { return text.string.contains { $0.displayWidth == 2 } }
      return false
    }
  }

  /// Every colour but black and white, in the order of first use.
  private var colors: [Color] {
    var colors: [Color] = background.map { [$0] } ?? []
    for element in elements {
      switch element {
      case .path(_, let style), .ellipse(_, let style), .rectangle(_, _, let style):
        colors += [style.stroke, style.fill].compactMap(\.self)
      case .text(let text): colors.append(text.color)
      }
    }
    var known: Set<Color> = [.black, .white]
    return colors.filter { known.insert($0).inserted }
  }

  private static func name(_ color: Color) -> String {
    if color == .black { return "black" }
    return color == .white ? "white" : "c" + hex(color).dropFirst().uppercased()
  }

  private static func tikz(_ element: Element) -> String {
    let number = coordinate
    func pair(_ point: Point) -> String { "(\(number(point.x)),\(number(point.y)))" }
    switch element {
    case .path(let path, let style):
      let line = path.segments.map { segment in
        switch segment {
        case .move(let point): pair(point)
        case .line(let point): "-- " + pair(point)
        case .curve(let first, let second, let end):
          ".. controls \(pair(first)) and \(pair(second)) .. \(pair(end))"
        case .close: "-- cycle"
        }
      }.joined(separator: " ")
      return "\\path[\(options(style))] \(line);"
    case .ellipse(let box, let style):
      let radii = "x radius=\(number(box.width / 2)),y radius=\(number(box.height / 2))"
      return "\\path[\(options(style))] \(pair(box.center)) ellipse [\(radii)];"
    case .rectangle(let box, let radius, let style):
      let corner = radius > 0 ? ",rounded corners=\(number(0.75 * radius))bp" : ""
      let corners = [Point(box.minX, box.minY), Point(box.maxX, box.maxY)].map(pair)
      return "\\path[\(options(style))\(corner)] \(corners[0]) rectangle \(corners[1]);"
    case .text(let text):
      let anchor =
        switch text.anchor {
        case .start: "base west"
        case .middle: "base"
        case .end: "base east"
        }
      let size = number(0.75 * text.size)
      var font = "\\fontsize{\(size)bp}{\(number(0.9 * text.size))bp}\\selectfont"
      if text.isBold { font += "\\bfseries" }
      if text.isItalic { font += "\\itshape" }
      var options = "anchor=\(anchor),font=\(font)"
      if text.color != .black { options += ",text=\(name(text.color))" }
      if text.rotation != 0 { options += ",rotate=\(number(-text.rotation))" }
      return "\\node[\(options)] at \(pair(text.position)) {\(latex(text.string))};"
    }
  }

  private static func options(_ style: Style) -> String {
    var options: [String] = []
    if let fill = style.fill { options.append("fill=\(name(fill))") }
    if let stroke = style.stroke {
      options += ["draw=\(name(stroke))", "line width=\(coordinate(0.75 * style.width))bp"]
      if !style.dash.isEmpty {
        let pattern = style.dash.enumerated().map { place, length in
          "\(place % 2 == 0 ? "on" : "off") \(coordinate(0.75 * length))bp"
        }
        options.append("dash pattern=\(pattern.joined(separator: " "))")
      }
    }
    return options.joined(separator: ",")
  }

  /// Text as LaTeX wants it: its special characters escaped, Greek letters and signs as mathematics.
  static func latex(_ text: String) -> String {
    var result = ""
    for character in text.printable {
      if let command = commands[character] { result += command } else { result.append(character) }
    }
    return result
  }

  private static let commands: [Character: String] = {
    var commands: [Character: String] = [
      "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "%": "\\%",
      "_": "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "<": "$<$", ">": "$>$", "|": "$|$",
      "\u{2212}": "$-$", "\u{A0}": "~", "²": "$^2$", "≤": "$\\leq$", "≥": "$\\geq$", "×": "$\\times$",
      "±": "$\\pm$",
      "→": "$\\rightarrow$", "…": "\\dots{}", "\u{FFFD}": "?", "–": "--", "\"": "''",
    ]
    let greek: [(Character, String)] = [
      ("α", "alpha"), ("β", "beta"), ("γ", "gamma"), ("δ", "delta"), ("ε", "varepsilon"), ("ζ", "zeta"),
      ("η", "eta"), ("θ", "theta"), ("κ", "kappa"), ("λ", "lambda"), ("μ", "mu"), ("ν", "nu"), ("ξ", "xi"),
      ("π", "pi"), ("ρ", "rho"), ("σ", "sigma"), ("τ", "tau"), ("φ", "varphi"), ("χ", "chi"), ("ψ", "psi"),
      ("ω", "omega"), ("Γ", "Gamma"), ("Δ", "Delta"), ("Λ", "Lambda"), ("Σ", "Sigma"), ("Φ", "Phi"),
      ("Ψ", "Psi"), ("Ω", "Omega"), ("Θ", "Theta"), ("Ξ", "Xi"), ("Π", "Pi"),
    ]
    for (letter, name) in greek { commands[letter] = "$\\\(name)$" }
    return commands
  }()
}
