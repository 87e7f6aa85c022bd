public import SEMStudy

extension Document {
  /// The document for XeLaTeX: `booktabs` tables with `threeparttable` notes, `longtable` for long ones, `ctex` for Chinese.
  ///
  /// - Parameters:
  ///   - language: The language.
  ///   - picture: The address of a figure's picture (PDF or PNG) relative to the document; `nil` where there is none, which
  ///     leaves the figure's TikZ, or a note in its place.
  public func latex(
    _ language: StudyLanguage = .english, picture: (DocumentFigure) -> String? = { _ in nil }
  ) -> String {
    let words = DocumentPage(self, language)
    var lines: [String] = []
    if let notice { lines += ["\\begin{quote}\\small", words(notice).latex, "\\end{quote}", ""] }
    for section in sections {
      lines += ["\\section{\(words(section.title).latex)}\\label{sec:\(section.id.latexName)}", ""]
      for block in section.blocks { lines += Self.latex(block, words, picture) + [""] }
    }
    if !provenance.isEmpty {
      lines += ["\\section*{\(words(Words.provenance).latex)}", "", "\\begin{description}\\raggedright"]
      lines += provenance.map { "\\item[\(words($0.name).latex)] \($0.value.breakable)" }
      lines += ["\\end{description}", ""]
    }
    let body = lines.joined(separator: "\n")
    let hasChinese = body.unicodeScalars.contains {
      (0x2E80...0x9FFF).contains($0.value) || $0.value >= 0x20000 && $0.value < 0x30000
    }
    return preamble(words, needsChinese: hasChinese, needsTikZ: body.contains("tikzpicture")) + body
      + "\n\\end{document}\n"
  }

  private func preamble(_ words: DocumentPage, needsChinese: Bool, needsTikZ: Bool) -> String {
    let isChinese = words.language == .chinese
    let title = words(title).latex
    return """
      % Made by \(Software.name) \(Software.version). Compile twice with XeLaTeX.
      \\documentclass[\(isChinese ? "UTF8,a4paper,zihao=-4" : "a4paper,11pt")]{\(isChinese ? "ctexart" : "article")}
      \(isChinese ? "" : needsChinese ? "\\usepackage[UTF8,scheme=plain]{ctex}\n" : "\\usepackage{fontspec}\n")\
      \\usepackage[margin=25mm]{geometry}
      \\usepackage{array,booktabs,longtable,threeparttable,pdflscape,graphicx,xcolor,caption,float}
      \(needsTikZ ? "\\usepackage{tikz}\n\\usetikzlibrary{arrows.meta,shapes.geometric,positioning,calc}\n" : "")\
      \\usepackage[hidelinks]{hyperref}
      \\hypersetup{pdftitle={\(title)},pdfcreator={\(Software.name) \(Software.version)}}
      \\captionsetup{labelfont=bf,labelsep=\(isChinese ? "quad" : "period"),skip=6pt}
      \\captionsetup[table]{position=top}
      \\setlength{\\LTcapwidth}{\\linewidth}
      \\renewcommand{\\TPTnoteSettings}{\\footnotesize}
      \\setlength{\\emergencystretch}{3em}
      \(isChinese ? "" : "\\setlength{\\parindent}{0pt}\n\\setlength{\\parskip}{6pt plus 2pt}\n")\
      \\title{\(title)}
      \\author{}
      \\date{}
      \\begin{document}
      \\maketitle


      """
  }

  private static func latex(
    _ block: Block, _ words: DocumentPage, _ picture: (DocumentFigure) -> String?
  ) -> [String] {
    switch block {
    case .paragraph(let text): return [words(text).latex]
    case .warning(let text):
      return [
        "\\begin{quote}\\textbf{\(words(Words.warning).latex)\(words.language == .chinese ? "。" : ".")} "
          + words(text).latex + "\\end{quote}"
      ]
    case .list(let items):
      return ["\\begin{itemize}"] + items.map { "\\item {}" + words($0).latex } + ["\\end{itemize}"]
    case .code(let text):
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        let indent = line.prefix { $0 == " " }.count
        if indent == line.count { return "\\mbox{}\\par" }
        // Two spaces are two; one may end a line.
        return String(repeating: "~", count: indent)
          + String(line.dropFirst(indent)).latex.replacing("  ", with: "~~") + "\\par"
      }
      return ["\\begingroup\\ttfamily\\small\\setlength{\\parindent}{0pt}\\setlength{\\parskip}{0pt}"] + lines
        + ["\\endgroup"]
    case .figure(let figure): return latex(figure, words, picture(figure))
    case .table(let table): return LaTeXTable(table, words).lines
    }
  }

  private static func latex(_ figure: DocumentFigure, _ words: DocumentPage, _ picture: String?) -> [String] {
    var lines = ["\\begin{figure}[H]", "\\centering"]
    if let picture {
      // 800 units of an SVG take the whole width of the text.
      let share = min((InlineSVG.width(figure.svg(words.language)) ?? 800) / 800, 1)
      lines.append(
        "\\includegraphics[width=\(TextNumber.fixed(share, 3))\\linewidth,height=.8\\textheight,keepaspectratio]{\(picture)}"
      )
    } else if let tikz = figure.tikz?(words.language) {
      lines.append("\\resizebox{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}{!}{%\n" + tikz + "}")
    } else {
      let note = Wording(
        "The picture is not here since no converter was found. ", "因未找到转换程序，此处没有图片。")
      lines.append("\\fbox{\\parbox{.8\\linewidth}{\(words(note).latex)\(words(figure.description).latex)}}")
    }
    lines.append("\\caption{\(words(figure.title).latex)}\\label{fig:\(figure.id.latexName)}")
    lines += words.notes(figure.notes).map { "\\par\\smallskip{\\footnotesize \($0.latex)\\par}" }
    return lines + ["\\end{figure}"]
  }
}

extension String {
  private static let latexEscapes: [Character: String] = {
    var escapes: [Character: String] = [
      "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", "$": "\\$", "&": "\\&", "#": "\\#", "_": "\\_",
      "%": "\\%",
      "~": "\\textasciitilde{}", "^": "\\textasciicircum{}", "\"": "\\textquotedbl{}",
      "`": "\\textasciigrave{}",
      "'": "\\textquotesingle{}", "[": "{[}", "]": "{]}", "*": "{*}", "<": "\\textless{}",
      ">": "\\textgreater{}", "|": "\\textbar{}",
    ]
    let mathematics = [
      "≤": "leq", "≥": "geq", "≠": "neq", "±": "pm", "×": "times", "−": "-", "→": "rightarrow",
      "←": "leftarrow",
      "↔": "leftrightarrow", "√": "surd", "∞": "infty", "≈": "approx", "·": "cdot", "∑": "sum", "∆": "Delta",
      "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "varepsilon", "ζ": "zeta", "η": "eta",
      "θ": "theta",
      "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi", "ρ": "rho",
      "σ": "sigma",
      "τ": "tau", "υ": "upsilon", "φ": "varphi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma",
      "Δ": "Delta",
      "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    ]
    for (character, name) in mathematics {
      escapes[Character(character)] = "\\ensuremath{" + (name == "-" ? "-" : "\\" + name) + "}"
    }
    return escapes
  }()

  /// The text with all that LaTeX reads as markup escaped, on one line.
  var latex: String {
    var result = ""
    var last: Character?
    for character in printable {
      // Two of these in a row would become one sign.
      if character == last, "-,".contains(character) { result += "{}" }
      result += Self.latexEscapes[character] ?? String(character)
      last = character
    }
    return result
  }

  /// The text with places at which a long run without spaces may be broken.
  fileprivate var breakable: String {
    split(separator: " ", omittingEmptySubsequences: false).map { word in
      guard word.count > 30 else { return String(word).latex }
      let pieces = stride(from: 0, to: word.count, by: 16).map { String(word.dropFirst($0).prefix(16)).latex }
      return pieces.joined(separator: "\\allowbreak{}")
    }.joined(separator: " ")
  }

  /// Letters, digits and `-` only, for labels.
  var latexName: String { String(map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }) }
}
