public import Foundation

/// Turns SVG into PDF or PNG with `rsvg-convert`, a program of librsvg that is looked for when it is needed.
public struct PictureConverter: Sendable {
  /// What pictures are turned into.
  public enum Format: String, Sendable, Hashable, CaseIterable {
    /// Pages with text that stays text.
    case pdf
    /// Pixels.
    case png
  }

  /// Why there is no picture.
  public enum Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no `rsvg-convert`.
    case noConverter
    /// The converter ended with an error; its words.
    case failed(String)

    /// Cause and cure.
    public var description: String {
      switch self {
      case .noConverter:
        "PDF and PNG are made by the program rsvg-convert, which is not installed. "
          + "Install it (Debian, Ubuntu: apt install librsvg2-bin; macOS: brew install librsvg), or write .svg."
      case .failed(let words): "rsvg-convert failed: \(words)"
      }
    }
  }

  private let executable: URL

  /// Looks for the converter in the folders of `PATH`.
  ///
  /// - Throws: ``Failure/noConverter``.
  public init(path: String? = ProcessInfo.processInfo.environment["PATH"]) throws(Failure) {
    let found = (path ?? "").split(separator: ":").lazy
      .map { URL(filePath: String($0)).appending(path: "rsvg-convert") }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    guard let found else { throw .noConverter }
    executable = found
  }

  /// Converts a picture.
  ///
  /// - Parameters:
  ///   - svg: The SVG document.
  ///   - format: The wanted form.
  ///   - resolution: Pixels per inch of PNG, between 10 and 2400.
  /// - Throws: ``Failure/failed(_:)``.
  public func convert(_ svg: String, to format: Format, resolution: Double = 300) throws(Failure) -> Data {
    let folder = FileManager.default.temporaryDirectory.appending(path: "swift-sem-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let source = folder.appending(path: "picture.svg")
      let target = folder.appending(path: "picture.\(format.rawValue)")
      try Data(svg.utf8).write(to: source)
      let process = Process()
      process.executableURL = executable
      let zoom = min(max(resolution, 10), 2400) / 96
      process.arguments = ["--format", format.rawValue, "--output", target.path]
      if format == .png { process.arguments?.append(contentsOf: ["--zoom", String(zoom)]) }
      process.arguments?.append(source.path)
      let errors = Pipe()
      process.standardError = errors
      process.standardOutput = FileHandle.nullDevice
      try process.run()
      let words = errors.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw Failure.failed(
          String(bytes: words, encoding: .utf8)?.trimmingCharacters(in: .whitespacesAndNewlines) ?? "")
      }
      return try Data(contentsOf: target)
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .failed("\(error)")
    }
  }
}
