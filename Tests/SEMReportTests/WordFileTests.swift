import Foundation
import SEMStudy
import Testing

@testable import SEMReport

@Suite struct WordFileTests {
  /// The smallest PNG: one pixel.
  private static let png: [UInt8] = Array(
    Data(
      base64Encoded:
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
      ?? Data())

  /// Files by name, read through the archive's directory; every checksum is compared.
  private static func files(_ archive: [UInt8]) throws -> [String: [UInt8]] {
    func number(_ start: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) { $0 | Int(archive[start + $1]) << (8 * $1) }
    }
    let end = archive.count - 22
    try #require(number(end, 4) == 0x0605_4B50)
    var files: [String: [UInt8]] = [:]
    var place = number(end + 16, 4)
    for _ in 0..<number(end + 10, 2) {
      try #require(number(place, 4) == 0x0201_4B50)
      let size = number(place + 24, 4)
      let nameLength = number(place + 28, 2)
      let name = String(decoding: archive[(place + 46)..<(place + 46 + nameLength)], as: UTF8.self)
      let local = number(place + 42, 4)
      try #require(number(local, 4) == 0x0403_4B50)
      let start = local + 30 + number(local + 26, 2) + number(local + 28, 2)
      let bytes = Array(archive[start..<(start + size)])
      #expect(Int(ZIPArchive.checksum(bytes)) == number(place + 16, 4), "\(name)")
      files[name] = bytes
      place += 46 + nameLength
    }
    #expect(place == end)
    return files
  }

  private static func documents() -> [Document] {
    [DocumentSample.small] + DocumentSample.hostile.map(DocumentSample.hostile)
  }

  @Test(arguments: StudyLanguage.allCases)
  func partsAreWellFormed(_ language: StudyLanguage) throws {
    for document in Self.documents() {
      let files = try Self.files(document.docx(language) { _ in Self.png })
      for (name, bytes) in files
      where name.hasSuffix(".xml") || name.hasSuffix(".rels") || name.hasSuffix(".svg") {
        #expect(throws: Never.self, "\(name)") { try XMLText(String(decoding: bytes, as: UTF8.self)) }
      }
      let relations = String(decoding: try #require(files["word/_rels/document.xml.rels"]), as: UTF8.self)
      for target in relations.matches(of: #/Target="([^"]*)"/#) {
        #expect(files["word/" + target.1] != nil, "\(target.1)")
      }
      let body = String(decoding: try #require(files["word/document.xml"]), as: UTF8.self)
      for reference in body.matches(of: #/r:(?:embed|id)="([^"]*)"/#) {
        #expect(relations.contains("Id=\"\(reference.1)\""))
      }
      let styles = String(decoding: try #require(files["word/styles.xml"]), as: UTF8.self)
      for style in Set(body.matches(of: #/w:pStyle w:val="([^"]*)"/#).map(\.1)) {
        #expect(styles.contains("w:styleId=\"\(style)\""), "\(style)")
      }
    }
  }

  @Test func wordsAndNumbersAreThere() throws {
    let files = try Self.files(DocumentSample.small.docx(.chinese) { _ in Self.png })
    let body = try XMLText(String(decoding: try #require(files["word/document.xml"]), as: UTF8.self))
    let texts = body.text(of: "w:t")
    for text in ["示例报告", "路径系数与假设检验", "0.505", "\u{2212}0.092", "不支持", "[0.36, 0.65]"] {
      #expect(texts.contains { $0.trimmingCharacters(in: .whitespaces) == text }, "\(text)")
    }
    #expect(String(decoding: try #require(files["word/styles.xml"]), as: UTF8.self).contains("宋体"))
    #expect(files["word/media/image1.png"] == Self.png)
    #expect(files["word/media/image4.svg"] != nil)
  }

  @Test func aMissingConverterIsSaid() throws {
    let files = try Self.files(DocumentSample.small.docx(.english))
    #expect(
      String(decoding: try #require(files["word/document.xml"]), as: UTF8.self).contains(
        "no converter was found"))
    let rendered = DocumentSample.small.rendered(as: .docx, name: "r", converter: nil)
    #expect(rendered.remarks.count == 1 && rendered.remarks[0].contains("rsvg-convert"))
  }

  @Test func sameDocumentSameBytes() {
    #expect(
      DocumentSample.small.docx(.english) { _ in Self.png }
        == DocumentSample.small.docx(.english) { _ in Self.png })
  }

  @Test func pythonReadsTheArchive() throws {
    guard
      let python = ["/usr/bin/python3", "/usr/local/bin/python3"].first(
        where: FileManager.default.isExecutableFile)
    else { return }
    let file = FileManager.default.temporaryDirectory.appending(path: "swift-sem-\(UUID().uuidString).docx")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(DocumentSample.small.docx(.english) { _ in Self.png }).write(to: file)
    let process = Process()
    process.executableURL = URL(filePath: python)
    process.arguments = ["-m", "zipfile", "-t", file.path]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
