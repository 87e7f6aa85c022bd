/// Files that users have.
enum Samples {
  /// Sixty rows of three variables that measure one factor.
  static let rows: [[Double]] = {
    var state: UInt64 = 1
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 40) / Double(1 << 24) - 0.5) * 3
    }
    return (0..<60).map { _ in
      let factor = next()
      return (0..<3).map { _ in ((factor + 0.6 * next()) * 1000).rounded() / 1000 }
    }
  }()

  static func csv(_ rows: [[String]], header: String = "a,b,c", end: String = "\n") -> String {
    ([header] + rows.map { $0.joined(separator: ",") }).joined(separator: end) + end
  }

  /// The rows with the last cell of each replaced.
  static func last(_ replace: (Int, [Double]) -> String) -> [[String]] {
    rows.enumerated().map { number, row in ["\(row[0])", "\(row[1])", replace(number, row)] }
  }

  static let good = last { "\($1[2])" }

  static let texts: [String: String] = [
    "abc.lav": "f =~ a + b + c\n",
    "typo.lav": "f =~ a + b + c +\n  sise\n",
    "syntax.lav": "f =~ a + + c\n",
    "empty.lav": "",
    "comment.lav": "# nothing yet\n",
    "two.lav": "f =~ a + b\n",
    "unscaled.lav": "f =~ NA*a + b + c\n",
    "residuals.lav": "f =~ a + b + c\na ~~ b + c\nb ~~ c\n",
    "fixed.lav": "f =~ 1*a + 1*b + 1*c\nf ~~ 1*f\na ~~ 1*a\nb ~~ 1*b\nc ~~ 1*c\n",
    "impossible.lav": "f =~ a + b + c\na ~~ -9*a\n",
    "levels.lav": "level: 1\n  f =~ a + b + c\n",
    "baseline.lav": "a ~~ a\nb ~~ b\nc ~~ c\n",
    "chinese.lav": "满意度 =~ 有用 + 易用 + 信任\n",
    "chinese-typo.lav": "满意度 =~ 有用 + 易用 + 信仟\n",
    "good.csv": csv(good),
    "crlf.csv": csv(good, end: "\r\n"),
    "empty.csv": "",
    "header.csv": "a,b,c\n",
    "constant.csv": csv(last { _, _ in "3" }),
    "text.csv": csv(last { number, row in number == 17 ? "none" : "\(row[2])" }),
    "sum.csv": csv(last { "\($1[0] + $1[1])" }),
    "twin.csv": csv(last { "\(2 * $1[0])" }),
    "few.csv": csv(Array(good.prefix(3))),
    "ragged.csv": csv(good + [["1", "2", "3", "4"]]),
    "missing.csv": csv(last { _, _ in "NA" }),
    "coded.csv": csv(last { number, row in number % 3 == 0 ? "-99" : "\(row[2])" }),
    "groups.csv": csv(
      good.enumerated().map { $1 + [$0 % 2 == 0 ? "小微" : "中型"] }, header: "a,b,c,size"),
    "lonely.csv": csv(
      good.enumerated().map { $1 + [$0 < 58 ? "many" : "two"] }, header: "a,b,c,size"),
    "one-case.csv": csv(
      good.enumerated().map { $1 + [$0 < 59 ? "many" : "one"] }, header: "a,b,c,size"),
    // Every variable is observed in both groups, but the first group has no complete row.
    "hollow.csv": csv(
      good.enumerated().map { number, row in
        if number % 2 == 1 { return row + ["full"] }
        return number % 4 == 0 ? ["NA", row[1], row[2], "empty"] : [row[0], "NA", row[2], "empty"]
      }, header: "a,b,c,size"),
    "same.csv": csv(good.map { $0 + ["all"] }, header: "a,b,c,size"),
    "equal.lav": "f =~ a + l*b + l*c\n",
    "tau.lav": "f =~ a + 1*b + 1*c\n",
    "no-label.lav": "f =~ a + l*b + c\nl == m\n",
    "second.csv": "c,b,a\n1.3\n0.5,1.1\n0.6,0.45,1.2\n",
    "second-means.csv": "a,b,c\n2,1,3\n",
    "other.csv": "a,b,d\n1.0\n0.5,1.2\n0.4,0.45,1.1\n",
    "cov.csv": "a,b,c\n1.0\n0.5,1.2\n0.4,0.45,1.1\n",
    "heywood.csv": "a,b,c\n1\n.9,1.1\n.8,.5,1.2\n",
    "indefinite.csv": "a,b,c\n1\n1.5,1.2\n.4,.45,1.1\n",
    "skew.csv": "a,b,c\n1,.5,.4\n.3,1.2,.45\n.4,.45,1.1\n",
    "means.csv": "a,b,c\n1,2,3\n",
  ]

  static let bytes: [String: [UInt8]] = [
    // 有用, 易用 and 信任 in GB18030.
    "gb18030.csv": [0xD3, 0xD0, 0xD3, 0xC3, 0x2C, 0xD2, 0xD7, 0xD3, 0xC3, 0x2C, 0xD0, 0xC5, 0xC8, 0xCE]
      + Array(csv(good, header: "", end: "\r\n").utf8),
    "gb18030.lav": [0xC2, 0xFA, 0xD2, 0xE2, 0xB6, 0xC8] + Array(" =~ ".utf8) + [0xD3, 0xD0, 0xD3, 0xC3]
      + Array(" + ".utf8) + [0xD2, 0xD7, 0xD3, 0xC3] + Array(" + ".utf8) + [0xD0, 0xC5, 0xC8, 0xCE],
    "windows.lav": [0xEF, 0xBB, 0xBF] + Array("f =~ a + b\r\n  + c\r\n".utf8),
    "binary.lav": Array(0...255),
    "workbook.csv": [0x50, 0x4B, 0x03, 0x04] + [UInt8](repeating: 0, count: 60),
  ]
}
