public import SEMStudy

extension Document {
  /// The document in some form, with the files that belong beside it.
  ///
  /// Markdown and LaTeX have their figures in the folder `NAME-files`, and CSV its tables.
  /// - Parameters:
  ///   - format: The form.
  ///   - name: What the files are named after, without an ending, such as `report`.
  ///   - language: The language.
  ///   - width: The columns of a page of text.
  ///   - converter: What makes pictures for LaTeX (PDF) and Word (PNG); `nil` for none, which the remarks then say.
  public func rendered(
    as format: DocumentFormat, name: String, language: StudyLanguage = .english, width: Int = 100,
    converter: FigureConverter? = .installed()
  ) -> RenderedDocument {
    let main = name + "." + format.fileExtension
    let folder = name + "-files"
    func single(_ text: String) -> RenderedDocument {
      RenderedDocument(files: [RenderedFile(name: main, bytes: Array(text.utf8))])
    }
    switch format {
    case .text: return single(text(language, width: width))
    case .html: return single(html(language))
    case .json: return single(json(language).text() + "\n")
    case .markdown:
      var result = single(markdown(language, figureFolder: folder))
      result.files += figures.map {
        RenderedFile(name: folder + "/" + $0.id + ".svg", bytes: Array($0.svg(language).utf8))
      }
      return result
    case .csv:
      return RenderedDocument(
        files: tables.map {
          RenderedFile(
            name: folder + "/" + $0.id + ".csv",
            bytes: Array($0.csv(language, marksEncoding: language == .chinese).utf8))
        })
    case .docx:
      var remarks: [String] = []
      let pictures = pictures(.png(width: 1880), converter, language, &remarks)
      let bytes = docx(language) { pictures[$0.id] }
      return RenderedDocument(files: [RenderedFile(name: main, bytes: bytes)], remarks: remarks)
    case .latex:
      var remarks: [String] = []
      let pictures = pictures(.pdf, converter, language, &remarks)
      var result = single(latex(language) { pictures[$0.id] == nil ? nil : folder + "/" + $0.id + ".pdf" })
      result.files += figures.compactMap { figure in
        pictures[figure.id].map { RenderedFile(name: folder + "/" + figure.id + ".pdf", bytes: $0) }
      }
      result.remarks = remarks
      return result
    }
  }

  /// The figures that could be converted, by their identifiers.
  private func pictures(
    _ format: FigureConverter.Format, _ converter: FigureConverter?, _ language: StudyLanguage,
    _ remarks: inout [String]
  ) -> [String: [UInt8]] {
    guard !figures.isEmpty else { return [:] }
    guard let converter else {
      remarks.append("Figures are missing: no converter of SVG was found. " + FigureConverter.advice)
      return [:]
    }
    var result: [String: [UInt8]] = [:]
    for figure in figures {
      do throws(FigureConverter.Failure) {
        result[figure.id] = try converter.convert(figure.svg(language), format)
      } catch {
        remarks.append("Figure \(figure.id) is missing: \(error.message)")
      }
    }
    return result
  }
}
