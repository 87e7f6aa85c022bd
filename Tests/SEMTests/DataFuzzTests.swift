import SEM
import Testing

@Suite struct DataFuzzTests {
  static let seeds: [[UInt8]] = [
    Array("id,g,x1,x2\n1,a,1.5,2\n2,b,NA,3e2\n3,\"c \"\"d\"\"\",-99,.5\n4,\"e\nf\",0.1,7\n".utf8),
    Array("\u{FEFF}x;y\r\n1,5;2\r\n;3\r\n-0,1;1e10\r\n".utf8), Array("a\tb\r1\t2\r3\t4\r".utf8),
    DataEncodingTests.chinese, Array("sep=|\na|b\n1|2\n".utf8),
    [0xFF, 0xFE] + Array("a\0,\0b\0\n\01\0,\02\0".utf8),
    Array("x1 x2 x3\n1\n.5 2\n.2 .3 3\n".utf8), Array(",a,b\na,1,\nb,0.2,1\n".utf8),
  ]

  /// Bytes that matter to a reader.
  static let alphabet: [UInt8] =
    Array("\"\",;\t|\n\r .-+eE0159NAxé\u{FEFF}".utf8) + [0, 0x1A, 0x80, 0x81, 0xC0, 0xE4, 0xFE, 0xFF]

  /// Ten thousand damaged files are read, used and written, or refused; none crashes or hangs.
  @Test(arguments: 0..<4)
  func mutatedFilesAreReadOrRefused(part: Int) throws {
    var generator = DataGenerator(state: 20_240_601 + UInt64(part))
    var readCount = 0
    for _ in 0..<2500 {
      let bytes = Self.mutated(&generator)
      let options = CSVOptions(
        delimiter: Bool.random(using: &generator)
          ? nil : CSVOptions.Delimiter.allCases.randomElement(using: &generator),
        decimalMark: [nil, .point, .comma].randomElement(using: &generator) ?? nil,
        encoding: Int.random(in: 0..<4, using: &generator) > 0
          ? nil : CSVOptions.Encoding.allCases.randomElement(using: &generator),
        hasHeader: Int.random(in: 0..<4, using: &generator) > 0,
        missingCodes: Bool.random(using: &generator) ? [] : ["-99", "x", ""])
      do throws(DataError) {
        let table = try DataTable(csv: bytes, options: options)
        readCount += 1
        exercise(table)
      } catch {
        #expect(!error.description.isEmpty)
      }
      do throws(DataError) {
        let matrix = try NamedMatrix(bytes)
        _ = try CovarianceInput(matrix, count: 50)
      } catch {
        #expect(!error.description.isEmpty)
      }
    }
    #expect(readCount > 500)
  }

  private func exercise(_ table: DataTable) {
    let names = table.variableNames
    for column in table.columns where column.count != table.rowCount {
      Issue.record("A column of another length")
    }
    for problem in DataProblem.find(in: table, variables: names, groupVariable: names.first) {
      if problem.description.isEmpty { Issue.record("A problem without a text") }
    }
    _ = try? GroupedData(table, variables: Array(names.dropFirst()), groupVariable: names.first)
    _ = try? table.categories(of: names[0])
    _ = table.csv()
  }

  private static func mutated(_ generator: inout DataGenerator) -> [UInt8] {
    var bytes = seeds.randomElement(using: &generator) ?? []
    for _ in 0..<Int.random(in: 1...6, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let byte = alphabet.randomElement(using: &generator) ?? 0
      switch Int.random(in: 0..<6, using: &generator) {
      case 0: bytes.insert(byte, at: place)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2 where place < bytes.count: bytes[place] = byte
      case 3: bytes = Array(bytes.prefix(place))
      case 4:
        let other = seeds.randomElement(using: &generator) ?? []
        bytes.insert(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &generator)), at: place)
      default:
        bytes.insert(
          contentsOf: [UInt8](repeating: byte, count: Int.random(in: 1...40, using: &generator)), at: place)
      }
    }
    return bytes
  }
}
