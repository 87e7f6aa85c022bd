import SEM
import Testing

/// Models that several tests of inference share.
enum InferenceModels {
  static let threeFactors = """
    visual  =~ x1 + x2 + x3
    textual =~ x4 + x5 + x6
    speed   =~ x7 + x8 + x9
    """

  static let financing = """
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
    ind_PFC_FI_FB := b5*c1
    tot_PFC_FB    := b5*c1 + c2
    tot_PR_FI     := t1*b3 + b4
    chain_PEOU_FB := a1*b1*c1
    """

  static func fitThreeFactors() throws -> FittedModel {
    try Model(threeFactors, preset: .cfa).fit(to: DataFixture.table("HolzingerSwineford1939.csv"))
  }

  static func fitFinancing() throws -> FittedModel {
    try Model(financing).fit(to: DataFixture.table("p2p-survey-n360.csv"))
  }
}
