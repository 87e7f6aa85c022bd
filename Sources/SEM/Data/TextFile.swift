#if canImport(FoundationEssentials)
  public import FoundationEssentials
#else
  public import Foundation
#endif
#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension DataTable {
  /// Reads a table from a CSV or TSV file.
  ///
  /// Quoting follows RFC 4180. Names are taken from the header: white space around an unquoted name is dropped, as in R,
  /// and nothing else is changed (R's `read.csv` would turn `my item` into `my.item`). Blank lines are skipped. A column
  /// is numeric when every cell that is not missing is a number.
  ///
  /// - Parameters:
  ///   - path: The file; it may be a pipe such as `/dev/stdin`.
  ///   - options: How to read it; the defaults recognise delimiter, decimal mark and encoding.
  /// - Throws: ``DataError`` with line and column.
  /// - Complexity: One pass over the mapped file, no allocation per cell; memory is that of the numbers.
  public init(contentsOf path: String, options: CSVOptions = CSVOptions()) throws(DataError) {
    do throws(DataError) {
      let data = try TextFile.contents(of: path)
      let result = data.withUnsafeBytes { raw in
        raw.withMemoryRebound(to: UInt8.self) { bytes in
          Result { () throws(DataError) in try DataTable(bytes, options: options) }
        }
      }
      let table = try result.get()
      self.init(checked: table.columns, rowCount: table.rowCount, file: path)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Reads a table from a CSV or TSV file; see ``init(contentsOf:options:)``.
  public init(csv url: URL, options: CSVOptions = CSVOptions()) throws(DataError) {
    try self.init(contentsOf: url.path, options: options)
  }

  /// Reads a table from the bytes of a CSV or TSV file; see ``init(contentsOf:options:)``.
  public init(csv bytes: [UInt8], options: CSVOptions = CSVOptions()) throws(DataError) {
    self = try bytes.withUnsafeBufferPointer { buffer throws(DataError) in
      try DataTable(buffer, options: options)
    }
  }

  /// Decodes and reads.
  private init(_ raw: UnsafeBufferPointer<UInt8>, options: CSVOptions) throws(DataError) {
    self = try TextDecoding.withUTF8(raw, encoding: options.encoding) { bytes throws(DataError) in
      var reader = CSVReader(bytes, options: options)
      return try reader.table()
    }
  }
}

/// Reads whole files.
enum TextFile {
  /// The bytes of a file, mapped when it is a regular file, read to the end when it is a pipe.
  static func contents(of path: String) throws(DataError) -> Data {
    let parts = try Parts(path, partSize: 1 << 16)
    if parts.isRegularFile,
      let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    {
      return data
    }
    while try !parts.readMore() {}
    return Data(parts.bytes)
  }

  /// A file read part by part into one buffer.
  final class Parts {
    let isRegularFile: Bool
    private let descriptor: CInt
    private var buffer: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0
    private let partSize: Int

    /// Opens a file, of which so many bytes are read at a time.
    init(_ path: String, partSize: Int) throws(DataError) {
      self.partSize = partSize
      var status = stat()
      guard stat(path, &status) == 0 else {
        throw DataError(.unreadableFile, "There is no such file.", hint: similarFile(to: path))
      }
      if status.st_mode & S_IFMT == S_IFDIR {
        throw DataError(.unreadableFile, "This is a folder, not a file.")
      }
      isRegularFile = status.st_mode & S_IFMT == S_IFREG
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        throw DataError(.unreadableFile, "The file cannot be read.", hint: "Check its permissions.")
      }
      capacity = 2 * partSize
      buffer = .allocate(capacity: capacity)
    }

    deinit {
      buffer.deallocate()
      close(descriptor)
    }

    /// The bytes that are read and not dropped, until the next call.
    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: buffer, count: count) }

    /// How many line ends the bytes hold.
    var lineEndCount: Int { bytes.count { $0 == CSVScanner.lineFeed || $0 == CSVScanner.carriageReturn } }

    /// Reads the next part behind the bytes that are there; true at the end of the file.
    func readMore() throws(DataError) -> Bool {
      let wanted = count + partSize
      if wanted > capacity {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * wanted)
        larger.update(from: buffer, count: count)
        buffer.deallocate()
        buffer = larger
        capacity = 2 * wanted
      }
      while count < wanted {
        let received = read(descriptor, buffer + count, wanted - count)
        if received == 0 { return true }
        if received < 0, errno == EINTR { continue }
        guard received > 0 else {
          throw DataError(.unreadableFile, "The file cannot be read to its end.")
        }
        count += received
      }
      return false
    }

    /// Drops bytes from the front.
    func drop(_ dropped: Int) {
      count -= dropped
      if dropped > 0, count > 0 { buffer.update(from: buffer + dropped, count: count) }
    }
  }

  /// Suggests a file of the same folder whose name is near.
  fileprivate static func similarFile(to path: String) -> String? {
    let url = URL(fileURLWithPath: path)
    let neighbours = try? FileManager.default.contentsOfDirectory(
      atPath: url.deletingLastPathComponent().path)
    return nearestName(to: url.lastPathComponent, in: (neighbours ?? []).sorted())
      .map { "Did you mean \($0)?" }
  }
}
