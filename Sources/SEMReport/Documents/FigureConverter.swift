#if canImport(FoundationEssentials)
  internal import FoundationEssentials
#else
  internal import Foundation
#endif
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

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
        throw Failure(message: "rsvg-convert did not run: \(error).")
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
    let kind =
      switch format {
      case .png(let width): ["--format", "png", "--width", "\(width)", "--keep-aspect-ratio"]
      case .pdf: ["--format", "pdf"]
      }
    let status = try exitStatus(of: [program] + kind + ["--output", output.path, input.path])
    guard status == 0, let bytes = FileManager.default.contents(atPath: output.path) else {
      throw Failure(message: "rsvg-convert could not read the figure (status \(status)).")
    }
    return Array(bytes)
  }

  /// Runs a program without a word and waits for its end: its exit status, or the signal that ended it.
  private static func exitStatus(of command: [String]) throws(Failure) -> Int32 {
    #if canImport(Darwin)
      var streams: posix_spawn_file_actions_t?
    #else
      var streams = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&streams)
    defer { posix_spawn_file_actions_destroy(&streams) }
    for stream in [STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&streams, stream, "/dev/null", O_WRONLY, 0)
    }
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var environment: [UnsafeMutablePointer<CChar>?] =
      ProcessInfo.processInfo.environment.map { strdup($0 + "=" + $1) } + [nil]
    defer { for word in words + environment { free(word) } }
    var process = pid_t()
    let code = posix_spawn(&process, command[0], &streams, nil, &words, &environment)
    guard code == 0 else {
      throw Failure(message: "rsvg-convert did not run: \(String(cString: strerror(code))).")
    }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else {
        throw Failure(message: "rsvg-convert did not run: \(String(cString: strerror(errno))).")
      }
    }
    let signal = status & 0x7F
    return signal == 0 ? status >> 8 & 0xFF : signal
  }
}
