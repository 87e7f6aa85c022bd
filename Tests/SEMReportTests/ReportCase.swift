import Foundation
import SEM
import SEMReport

/// The fits whose reports are kept as snapshots.
enum ReportCase: String, CaseIterable, Sendable {
  case holzingerSwineford = "HolzingerSwineford"
  case p2pFinancing = "P2PFinancing"
  case heywood = "Heywood"
  case notIdentified = "NotIdentified"
  case chineseNames = "ChineseNames"
  case twoGroups = "TwoGroups"
  case notConverged = "NotConverged"

  static let factors = """
    visual  =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed   =~ x7 + x8 + x9
    """

  func summary() throws -> FitSummary {
    var options = FitSummary.Options()
    switch self {
    case .holzingerSwineford:
      options.modificationIndices = true
      options.residuals = true
      return try FitSummary(try fit(), options: options)
    case .heywood:
      options.modificationIndices = true
      return try FitSummary(try fit(), options: options)
    default:
      return try FitSummary(try fit())
    }
  }

  func fit() throws -> FittedModel {
    switch self {
    case .holzingerSwineford:
      return try Model(Self.factors, preset: .cfa).fit(to: try Self.table("HolzingerSwineford1939"))
    case .p2pFinancing:
      var options = ModelOptions()
      options.fixedCovariates = false
      return try Model(Self.p2pModel, options: options).fit(to: try Self.table("p2p-survey-n360"))
    case .heywood:
      let matrix = try NamedMatrix("a,b,c,d\n1\n.9,1\n.8,.5,1\n.3,.2,.25,1")
      return try Model("f =~ a + b + c + d").fit(to: try CovarianceInput(matrix, count: 100))
    case .notIdentified:
      return try Model("f =~ x1 + x2").fit(to: try Self.table("HolzingerSwineford1939"))
    case .chineseNames:
      let survey = try Self.table("p2p-survey-n360")
      let names = ["PU": "有用", "PEOU": "易用", "TR": "信任", "FI": "融资意愿"]
      var columns: [(name: String, values: [Double])] = []
      for column in survey.columns {
        let factor = String(column.name.prefix { !$0.isNumber })
        guard let name = names[factor] else { continue }
        columns.append((name + column.name.dropFirst(factor.count), try survey.numericColumn(column.name)))
      }
      return try Model(Self.chineseModel).fit(to: try DataTable(columns: columns))
    case .twoGroups:
      var options = ModelOptions()
      options.groupEqual = [.loadings, .intercepts]
      return try Model(Self.factors, preset: .cfa, options: options)
        .fit(to: try Self.table("HolzingerSwineford1939"), group: "school")
    case .notConverged:
      var options = FitOptions()
      options.iterationLimit = 1
      options.extraStarts = 2
      return try Model(Self.factors, preset: .cfa)
        .fit(to: try Self.table("HolzingerSwineford1939"), options: options)
    }
  }

  static func table(_ name: String) throws -> DataTable {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try DataTable(contentsOf: tests.appending(path: "SEMTests/Fixtures/data/\(name).csv").path)
  }

  private static let chineseModel = """
    感知有用性 =~ 有用1 + 有用2 + 有用3 + 有用4
    感知易用性 =~ 易用1 + 易用2 + 易用3 + 易用4
    平台信任   =~ 信任1 + 信任2 + 信任3 + 信任4
    意愿       =~ 融资意愿1 + 融资意愿2 + 融资意愿3
    感知有用性 ~ a*感知易用性
    平台信任   ~ t*感知有用性
    意愿       ~ b*感知有用性 + c*平台信任 + 感知易用性
    信任3 ~~ 信任4
    间接效应 := a*b
    """

  static let p2pModel = """
    PU   =~ PU1 + PU2 + PU3 + PU4
    PEOU =~ PEOU1 + PEOU2 + PEOU3 + PEOU4
    PFC  =~ PFC1 + PFC2 + PFC3
    PR   =~ PR1 + PR2 + PR3 + PR4
    TR   =~ TR1 + TR2 + TR3 + TR4
    SN   =~ SN1 + SN2 + SN3
    FI   =~ FI1 + FI2 + FI3
    FB   =~ FB1 + FB2 + FB3
    PU ~ a1*PEOU
    TR ~ t1*PR + t2*PU
    FI ~ b1*PU + b2*PEOU + b3*TR + b4*PR + b5*PFC + b6*SN
    FB ~ c1*FI + c2*PFC + SIZE + AGE
    PEOU ~~ 0*SIZE + 0*AGE
    PR   ~~ 0*SIZE + 0*AGE
    PFC  ~~ 0*SIZE + 0*AGE
    SN   ~~ 0*SIZE + 0*AGE
    SIZE ~~ AGE
    ind_PU_FI_FB  := b1*c1
    ind_TR_FI_FB  := b3*c1
    ind_PFC_FI_FB := b5*c1
    tot_PFC_FB    := b5*c1 + c2
    ind_PR_TR_FI  := t1*b3
    tot_PR_FI     := t1*b3 + b4
    chain_PR_FB   := t1*b3*c1
    chain_PEOU_FB := a1*b1*c1
    """
}
