import Foundation
import SEMReport
import SEMStudy
import Testing

@testable import SEMReport

@Suite struct DigestTests {
  /// FIPS 180-4 test vectors (NIST, SHA examples), and lengths around the end of a block from `sha256sum`.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func vectors(_ message: String, _ digest: String) {
    #expect(SHA256(message.utf8).hexadecimal == digest)
  }

  @Test func lengthsAroundABlock() throws {
    let digests = [
      55: "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318",
      56: "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a",
      64: "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
    ]
    for (count, digest) in digests {
      #expect(SHA256([UInt8](repeating: UInt8(ascii: "a"), count: count)).hexadecimal == digest)
    }
  }

  /// RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func base64Vectors(_ text: String, _ expected: String) {
    #expect(base64(Array(text.utf8)) == expected)
  }

  /// The check value of CRC-32/ISO-HDLC.
  @Test func checksum() {
    #expect(ZIPArchive.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(ZIPArchive.checksum([]) == 0)
  }
}
