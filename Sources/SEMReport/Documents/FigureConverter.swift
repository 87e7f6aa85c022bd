internal import Foundation

/// What turns figures into pictures for documents that cannot hold SVG: a program found at run time.
public struct FigureConverter: Sendable {
  /// A form of picture.
  public enum Format: Sendable, Hashable {
    /// Portable Network Graphics, so many pixels wide.
    case png(width: Int)
    /// One page of PDF.
    case pdf
  }

  /// Why a picture could not be made.
  public struct Failure: Error, Sendable, Hashable {
    /// In words.
    public var message: String
  }

  /// Converts a picture.
  public var convert: @Sendable (_ svg: String, _ format: Format) throws(Failure) -> [UInt8]

  /// Wraps a way to convert.
  public init(_ convert: @escaping @Sendable (_ svg: String, _ format: Format) throws(Failure) -> [UInt8]) {
    self.convert = convert
  }

  /// What users without a converter are told.
  public static let advice =
    "Install rsvg-convert (Debian and Ubuntu: librsvg2-bin; macOS: brew install librsvg)."

  /// `rsvg-convert` from the search path; `nil` where it is not installed.
  public static func installed() -> FigureConverter? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let programs = folders.map { String($0) + "/rsvg-convert" }
    guard let program = programs.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
      return nil
    }
    return FigureConverter { (svg, format) throws(Failure) in
      do {
        return try run(program, svg, format)
      } catch let error as Failure {
        throw error
      } catch {
        throw Failure(message: "rsvg-convert did not run: \(error.localizedDescription)")
      }
    }
  }

  private static func run(_ program: String, _ svg: String, _ format: Format) throws -> [UInt8] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "swift-sem-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appending(path: "figure.svg")
    let output = folder.appending(path: "figure.out")
    try Data(svg.utf8).write(to: input)
    let process = Process()
    process.executableURL = URL(filePath: program)
    let kind =
      switch format {
      case .png(let width): ["--format", "png", "--width", "\(width)", "--keep-aspect-ratio"]
      case .pdf: ["--format", "pdf"]
      }
    process.arguments = kind + ["--output", output.path, input.path]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0, let bytes = FileManager.default.contents(atPath: output.path) else {
      throw Failure(message: "rsvg-convert could not read the figure (status \(process.terminationStatus)).")
    }
    return Array(bytes)
  }
}
