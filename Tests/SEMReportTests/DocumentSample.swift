import SEMReport
import SEMStudy

/// Small documents with everything in them.
enum DocumentSample {
  /// One table with every kind of cell, of which the values are known.
  static let table = DocumentTable(
    id: "paths", title: Wording("Paths and hypotheses", "路径系数与假设检验"),
    columns: [
      .init("path", Wording("Path", "路径")), .init("est", Wording("Estimate", "估计值")), .init("p", "p"),
      .init("lower", Wording("Lower", "下限"), group: Wording("95 % interval", "95%置信区间")),
      .init("upper", Wording("Upper", "上限"), group: Wording("95 % interval", "95%置信区间")),
      .init("ci", Wording("Interval", "区间")), .init("std", Wording("Std.", "标准化值")),
      .init("share", Wording("Share", "占比")),
      .init("n", "N"), .init("verdict", Wording("Verdict", "检验结果")),
    ],
    rows: [
      .init([.text(Wording("Structural model", "结构模型"))], role: .heading),
      row("PU <--- PEOU", 0.505_123_456_789, 1e-9, 0.364, 0.647, 0.469, 0.25, 360, true),
      row("FI <--- PEOU", -0.0924, 0.283, -0.076, 0.26, -0.0772, nil, 360, false),
      row("FB <--- PFC", nil, nil, nil, nil, nil, 1, 12, false),
      .init(
        [.text(Wording("Sum", "合计")), .number(12.5, decimals: 1, bold: true)]
          + [DocumentCell](repeating: .empty, count: 8),
        role: .total),
    ],
    notes: [
      Wording("*** p < 0.001 (Kline, 2016).", "*** p < 0.001（Kline, 2016）。"),
      Wording("A second note.", "第二条注释。"),
    ])

  private static func row(
    _ name: String, _ estimate: Double?, _ p: Double?, _ lower: Double?, _ upper: Double?, _ std: Double?,
    _ share: Double?, _ n: Int, _ supported: Bool
  ) -> DocumentTable.Row {
    .init([
      .text(Wording(name)), .number(estimate), .probability(p), .number(lower), .number(upper, flagged: true),
      DocumentCell(.interval(lower: lower, upper: upper, decimals: 2)),
      DocumentCell(.starred(std, probability: p, decimals: 3)), DocumentCell(.percent(share, decimals: 1)),
      .integer(n),
      DocumentCell(
        .verdict(supported, supported ? Wording("supported", "支持") : Wording("not supported", "不支持"))),
    ])
  }

  /// A picture with identifiers, references and style rules that would clash with another's.
  static func figure(_ id: String) -> DocumentFigure {
    DocumentFigure(
      id: id, title: Wording("A path diagram", "路径图"),
      description: Wording("Two boxes joined by an arrow.", "由箭头连接的两个方框。"),
      notes: [Wording("Dashed: not significant.", "虚线表示不显著。")]
    ) { language in
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" width="300" height="80" viewBox="0 0 300 80">
      <style>.box{fill:#fff;stroke:#000}</style>
      <defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8Z"/></marker></defs>
      <rect class="box" x="5" y="20" width="80" height="40"/><rect class="box" x="215" y="20" width="80" height="40"/>
      <path d="M85 40H215" stroke="#000" stroke-dasharray="5 3" marker-end="url(#arrow)"/>
      <text x="45" y="45" text-anchor="middle" font-size="14">\(language == .chinese ? "有用" : "PU &lt;1&gt;")</text>
      </svg>
      """
    }
  }

  static let small = Document(
    title: Wording("A small report", "示例报告"),
    notice: Wording("A reconstruction with simulated data.", "本报告用模拟数据重建。"),
    sections: [
      .init(
        id: "results", title: Wording("Results", "结果"),
        blocks: [
          .paragraph(Wording("The model fits: χ²(24) = 85.306.", "模型拟合良好：χ²(24) = 85.306。")),
          .warning(Wording("One variance is negative.", "有一个方差为负。")),
          .list([Wording("First point", "第一点"), Wording("Second point", "第二点")]), .table(table),
          .figure(figure("path")),
        ]),
      .init(
        id: "model", title: Wording("Model", "模型"),
        blocks: [.code("PU =~ PU1 + PU2\n\n  FI ~ b*PU # 意愿\n"), .figure(figure("second"))]),
    ],
    provenance: [
      .init("data", Wording("Data", "数据文件"), "survey.csv"),
      .init("seed", Wording("Seed", "随机种子"), "20180501"),
    ])

  /// Texts that would do harm unescaped.
  static let hostile = [
    "<script>alert('x')</script>", "a & b < c > d \"e\" 'f'",
    "100% of_all #1 {x} ~y^2 \\end{document} $z$ `t`",
    "| pipe | and\nline\u{2028}break\ttab", "=cmd()", "emoji 👩‍🔬🎓 and \u{1F600}",
    "עברית \u{202E}txet\u{202C} عربى", "]]> --> <!-- <![CDATA[",
    "\u{0}\u{7}\u{1B}[31m control \u{FFFE}", "![x](javascript:alert(1)) **b** [l](u)", "- not a list",
    "1. nor this", "</main></style></script>",
    "[0.1] starts a row", "*** too", "$\\input{/etc/passwd}$", "-- --- ,, << >> '' ``",
  ]

  /// A document whose every text is hostile.
  static func hostile(_ text: String) -> Document {
    let wording = Wording(text)
    return Document(
      title: wording, notice: wording,
      sections: [
        .init(
          id: "s", title: wording,
          blocks: [
            .paragraph(wording), .warning(wording), .list([wording, wording]), .code(text),
            .table(
              DocumentTable(
                id: "t", title: wording, columns: [.init("a", wording, group: wording), .init("b", wording)],
                rows: [
                  .init([.text(wording)], role: .heading),
                  .init([.text(wording), .number(-1)]),
                  .init([.text(wording, bold: true), DocumentCell(.verdict(true, wording))]),
                ], notes: [wording, wording])),
            .figure(
              DocumentFigure(id: "f", title: wording, description: wording, notes: [wording]) { _ in
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\"><rect width=\"10\" height=\"10\"/></svg>"
              }),
          ])
      ], provenance: [.init("x", wording, text)])
  }
}
