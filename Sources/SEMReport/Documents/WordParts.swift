internal import SEMStudy

/// The parts of a Word file that do not depend on its contents.
enum WordParts {
  static let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"

  private static let word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
  private static let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

  static let namespaces =
    "xmlns:w=\"\(word)\" xmlns:r=\"\(office)\" xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\""
    + " xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\""

  static let contentTypes: String = {
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml."
    let parts = [
      ("/word/document.xml", kind + "document.main+xml"), ("/word/styles.xml", kind + "styles+xml"),
      ("/word/settings.xml", kind + "settings+xml"), ("/word/numbering.xml", kind + "numbering+xml"),
      ("/word/footer1.xml", kind + "footer+xml"),
      ("/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    ]
    return head + "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
      + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
      + "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Default Extension=\"png\" ContentType=\"image/png\"/>"
      + "<Default Extension=\"svg\" ContentType=\"image/svg+xml\"/>"
      + parts.map { "<Override PartName=\"\($0)\" ContentType=\"\($1)\"/>" }.joined() + "</Types>"
  }()

  static let packageRelations =
    head + "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
    + "<Relationship Id=\"rId1\" Type=\"\(office)/officeDocument\" Target=\"word/document.xml\"/>"
    + "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/>"
    + "</Relationships>"

  static func relations(_ targets: [(kind: String, target: String)]) -> String {
    head + "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
      + targets.enumerated().map { number, item in
        "<Relationship Id=\"rId\(number + 1)\" Type=\"\(office)/\(item.kind)\" Target=\"\(item.target)\"/>"
      }.joined() + "</Relationships>"
  }

  static func properties(title: String) -> String {
    head
      + "<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
      + "<dc:title>\(title.html)</dc:title><dc:creator>\(Software.name) \(Software.version)</dc:creator></cp:coreProperties>"
  }

  /// Compatibility mode 15: Word 2013 and later lay the page out by their own rules.
  static let settings =
    head + "<w:settings xmlns:w=\"\(word)\"><w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"420\"/>"
    + "<w:characterSpacingControl w:val=\"compressPunctuation\"/><w:compat><w:useFELayout/>"
    + "<w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>"
    + "<w:themeFontLang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:settings>"

  static let numbering =
    head
    + "<w:numbering xmlns:w=\"\(word)\"><w:abstractNum w:abstractNumId=\"0\"><w:multiLevelType w:val=\"singleLevel\"/>"
    + "<w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"•\"/><w:lvlJc w:val=\"left\"/>"
    + "<w:pPr><w:ind w:left=\"420\" w:hanging=\"280\"/></w:pPr></w:lvl></w:abstractNum>"
    + "<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num></w:numbering>"

  static let footer =
    head + "<w:ftr xmlns:w=\"\(word)\"><w:p><w:pPr><w:pStyle w:val=\"Footer\"/></w:pPr>"
    + "<w:fldSimple w:instr=\" PAGE \"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>"

  /// Times New Roman with 宋体, headings with 黑体; sizes in half points.
  static func styles(_ language: StudyLanguage) -> String {
    let isChinese = language == .chinese
    let song =
      "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"宋体\" w:cs=\"Times New Roman\"/>"
    let hei =
      "<w:rFonts w:ascii=\"Times New Roman\" w:hAnsi=\"Times New Roman\" w:eastAsia=\"黑体\" w:cs=\"Times New Roman\"/>"
    let mono =
      "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:eastAsia=\"宋体\" w:cs=\"Courier New\"/>"
    func style(
      _ id: String, _ name: String, _ paragraph: String, _ run: String = "", basis: String? = "Normal"
    ) -> String {
      "<w:style w:type=\"paragraph\"\(basis == nil ? " w:default=\"1\"" : "") w:styleId=\"\(id)\"><w:name w:val=\"\(name)\"/>"
        + (basis.map { "<w:basedOn w:val=\"\($0)\"/>" } ?? "")
        + "<w:qFormat/><w:pPr>\(paragraph)</w:pPr><w:rPr>\(run)</w:rPr></w:style>"
    }
    func size(_ halfPoints: Int) -> String {
      "<w:sz w:val=\"\(halfPoints)\"/><w:szCs w:val=\"\(halfPoints)\"/>"
    }
    func spacing(_ before: Int, _ after: Int, _ line: Int = 240) -> String {
      "<w:spacing w:before=\"\(before)\" w:after=\"\(after)\" w:line=\"\(line)\" w:lineRule=\"auto\"/>"
    }
    let body =
      isChinese
      ? spacing(0, 0, 360) + "<w:ind w:firstLineChars=\"200\" w:firstLine=\"480\"/>" : spacing(0, 120, 288)
    return head
      + "<w:styles xmlns:w=\"\(word)\"><w:docDefaults><w:rPrDefault><w:rPr>\(song)\(size(isChinese ? 24 : 22))"
      + "<w:lang w:val=\"en-US\" w:eastAsia=\"zh-CN\"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>"
      + style("Normal", "Normal", "", basis: nil)
      + style(
        "Title", "Title", spacing(240, 200) + "<w:jc w:val=\"center\"/>",
        hei + "<w:b/>" + size(isChinese ? 36 : 34))
      + style(
        "Heading1", "heading 1",
        "<w:keepNext/><w:keepLines/>" + spacing(360, 140) + "<w:outlineLvl w:val=\"0\"/>",
        hei + "<w:b/>" + size(28))
      + style("BodyText", "Body Text", body + "<w:jc w:val=\"left\"/>")
      + style("Notice", "Notice", spacing(0, 240, 276) + "<w:jc w:val=\"center\"/>", "<w:i/>" + size(20))
      + style(
        "Warning", "Warning",
        "<w:pBdr><w:left w:val=\"single\" w:sz=\"18\" w:space=\"8\" w:color=\"C77700\"/></w:pBdr>"
          + spacing(120, 120, 276)
          + "<w:ind w:left=\"200\"/>", size(20))
      + style(
        "ListBullet", "List Bullet",
        "<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr>" + spacing(0, 60, 276))
      + style("Code", "Code", spacing(0, 0, 252) + "<w:ind w:left=\"240\"/>", mono + size(18))
      + style(
        "Caption", "caption", "<w:keepNext/><w:keepLines/>" + spacing(240, 80) + "<w:jc w:val=\"center\"/>",
        size(21))
      + style(
        "FigureCaption", "Figure Caption", "<w:keepLines/>" + spacing(80, 160) + "<w:jc w:val=\"center\"/>",
        size(21))
      + style("Figure", "Figure", "<w:keepNext/>" + spacing(200, 60) + "<w:jc w:val=\"center\"/>")
      + style("TableText", "Table Text", spacing(30, 30), size(18))
      + style("TableNote", "Table Note", spacing(50, 50), size(18))
      + style("Footer", "footer", "<w:jc w:val=\"center\"/>", size(18)) + "</w:styles>"
  }

  /// A picture in a line of its own: PNG for all, SVG for programs that know the extension of 2016.
  static func drawing(
    number: Int, name: String, description: String, extent: (Int, Int), picture: String, vector: String
  ) -> String {
    let size = "cx=\"\(extent.0)\" cy=\"\(extent.1)\""
    let properties = "id=\"\(number)\" name=\"\(name.html)\" descr=\"\(description.html)\""
    return
      "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent \(size)/><wp:docPr \(properties)/>"
      + "<a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr>"
      + "<pic:cNvPr \(properties)/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed=\"\(picture)\"><a:extLst>"
      + "<a:ext uri=\"{96DAC541-7B7A-43D3-8B79-37D633B846F1}\"><asvg:svgBlip xmlns:asvg=\"http://schemas.microsoft.com/office/drawing/2016/SVG/main\" r:embed=\"\(vector)\"/></a:ext>"
      + "</a:extLst></a:blip><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext \(size)/></a:xfrm>"
      + "<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
  }
}
