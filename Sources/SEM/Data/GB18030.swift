#if canImport(FoundationEssentials)
  #if canImport(Glibc)
    internal import Glibc
  #elseif canImport(Musl)
    internal import Musl
  #endif
#else
  internal import Foundation
#endif

/// The encoding of Chinese Windows, which holds GBK and GB 2312 too.
package enum GB18030 {
  /// Decodes bytes into UTF-8; `nil` when they are not text in that encoding.
  ///
  /// - Throws: ``DataError/Code/invalidEncoding`` when the system has no converter.
  package static func utf8(_ bytes: UnsafeBufferPointer<UInt8>) throws(DataError) -> [UInt8]? {
    #if canImport(FoundationEssentials)
      // All of Foundation would do it too, and takes two milliseconds to start.
      let converter = iconv_open("UTF-8", "GB18030")
      guard let converter, Int(bitPattern: converter) != -1 else {
        throw DataError(
          .invalidEncoding, "The text looks like GB18030, for which this system has no converter.",
          hint:
            "Save the file as UTF-8, or install the C library's converters (glibc-gconv-extra, gconv-modules-extra)."
        )
      }
      defer { iconv_close(converter) }
      // Two bytes become three at most, the euro sign one byte three.
      var text = [UInt8](repeating: 0, count: 3 * bytes.count)
      let room = text.count
      let left = text.withUnsafeMutableBytes { text -> Int? in
        var source = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?.assumingMemoryBound(to: CChar.self)
        var target = text.baseAddress?.assumingMemoryBound(to: CChar.self)
        var (sourceLeft, targetLeft) = (bytes.count, room)
        while iconv(converter, &source, &sourceLeft, &target, &targetLeft) == -1 {
          // Windows writes the euro sign as a byte that the standard leaves free.
          guard errno == EILSEQ, let at = source, UnsafeRawPointer(at).load(as: UInt8.self) == 0x80 else {
            return nil
          }
          for byte in "€".utf8 {
            UnsafeMutableRawPointer(target)?.storeBytes(of: byte, as: UInt8.self)
            target = target?.successor()
          }
          (source, sourceLeft, targetLeft) = (at.successor(), sourceLeft - 1, targetLeft - 3)
        }
        return targetLeft
      }
      guard let left else { return nil }
      text.removeLast(left)
      return text
    #else
      // The name of GB18030 in NSStringEncoding: 0x80000000 and kCFStringEncodingGB_18030_2000.
      let encoding = String.Encoding(rawValue: 0x8000_0632)
      return String(data: Data(bytes), encoding: encoding).map { Array($0.utf8) }
    #endif
  }
}
