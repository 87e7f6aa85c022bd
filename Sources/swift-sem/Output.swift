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

/// Where results go: standard output, or a file that is replaced as a whole or not at all.
enum Output {
  /// Writes a text.
  ///
  /// A reader of standard output that has left, as `head` does, is no failure.
  /// - Parameter path: The file; `nil` for standard output.
  static func write(_ text: String, to path: String?) throws { try write(Array(text.utf8), to: path) }

  /// Writes bytes in the same way.
  static func write(_ bytes: [UInt8], to path: String?) throws {
    guard let path else {
      try Stream(descriptor: STDOUT_FILENO).put(bytes)
      return
    }
    try check(path, option: "--output")
    let target = URL(filePath: path).resolvingSymlinksInPath()
    do {
      // A device or a pipe cannot be replaced.
      if isRegularOrAbsent(target.path) {
        try Data(bytes).write(to: target, options: .atomic)
      } else {
        try Data(bytes).write(to: target)
      }
    } catch {
      throw unwritable(path, because: "permission denied or no space left", option: "--output")
    }
  }

  /// Looks before a long computation whether its result will have a place.
  static func check(_ path: String, option: String) throws {
    let target = URL(filePath: path).resolvingSymlinksInPath()
    switch FileKind(at: target.path) {
    case .folder: throw unwritable(path, because: "it is a folder", option: option)
    case .regular, .other:
      guard FileManager.default.isWritableFile(atPath: target.path) else {
        throw unwritable(path, because: "it is not open to writing", option: option)
      }
      return
    case .absent: break
    }
    let folder = target.deletingLastPathComponent().path
    guard FileKind(at: folder) == .folder else {
      throw unwritable(path, because: "its folder does not exist", option: option)
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw unwritable(path, because: "its folder is not open to writing", option: option)
    }
  }

  /// Refuses to write over a file that is used otherwise.
  static func check(_ path: String, option: String, isNoneOf others: [String?]) throws {
    try check(path, option: option)
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    guard isRegularOrAbsent(target) else { return }
    for other in others.compactMap(\.self)
    where other != "-" && URL(filePath: other).resolvingSymlinksInPath().path == target {
      throw Failure(
        code: "usage.output-is-input",
        message: "\(option) \(path) would write over a file that the same command uses.",
        hint: "Give another name.", status: .usage)
    }
  }

  private static func unwritable(_ path: String, because reason: String, option: String) -> Failure {
    Failure(
      code: "usage.unwritable-output", message: "\(option): \(path) cannot be written: \(reason).",
      hint: "Give a file in a folder that exists and that you may write to.", status: .usage)
  }

  private static func isRegularOrAbsent(_ path: String) -> Bool {
    [.regular, .absent].contains(FileKind(at: path))
  }

  /// Tells a person something, beside the results.
  static func tell(_ text: String) {
    // Where not even this can be written the exit status remains.
    try? Stream(descriptor: STDERR_FILENO).put(Array(text.utf8))
  }
}

/// What stands at a path; links are followed.
enum FileKind {
  case absent, regular, folder, other

  init(at path: String) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = .absent
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: self = .regular
    case S_IFDIR: self = .folder
    default: self = .other
    }
  }
}

/// An open stream, to which writing can fail.
private struct Stream {
  let descriptor: Int32

  /// Writes all bytes, or as many as a reader that leaves early takes.
  func put(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
      }
      if count > 0 {
        start += count
      } else if errno == EPIPE {
        return
      } else if errno != EINTR {
        throw Failure(
          code: "usage.unwritable-output",
          message: "Standard output cannot be written: \(String(cString: strerror(errno))).", status: .usage)
      }
    }
  }
}

/// Standard input.
enum StandardInput {
  /// All bytes until its end.
  static func contents() -> [UInt8] {
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = read(STDIN_FILENO, &part, part.count), count != 0 {
      if count > 0 { bytes += part[..<count] } else if errno != EINTR { break }
    }
    return bytes
  }
}

/// What is known of the terminal.
enum Terminal {
  /// The width of the terminal, 80 where there is none.
  static var width: Int {
    var size = winsize()
    if isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col >= 40 {
      return Int(size.ws_col)
    }
    if let columns = getenv("COLUMNS").flatMap({ Int(String(cString: $0)) }), columns >= 40 {
      return columns
    }
    return 80
  }
}
