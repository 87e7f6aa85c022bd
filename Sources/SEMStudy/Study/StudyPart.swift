internal import SEM

/// A part of a study: its value, or why there is none. What cannot be computed does not stop the rest.
public enum StudyPart<Value: Sendable>: Sendable {
  /// The value.
  case computed(Value)
  /// It was asked for and cannot be computed.
  case unavailable(StudyError)
  /// The study does not ask for it.
  case notAsked

  /// The value; `nil` where there is none.
  public var value: Value? { if case .computed(let value) = self { value } else { nil } }
  /// Why there is no value, where it was asked for.
  public var error: StudyError? { if case .unavailable(let error) = self { error } else { nil } }

  /// Computes a part.
  init(_ compute: () throws(StudyError) -> Value) {
    do throws(StudyError) { self = .computed(try compute()) } catch { self = .unavailable(error) }
  }

  /// Computes a part that rests on another one; without that one it has the same reason to be missing.
  func map<Other: Sendable>(_ compute: (Value) throws(StudyError) -> Other) -> StudyPart<Other> {
    switch self {
    case .computed(let value): StudyPart<Other> { () throws(StudyError) in try compute(value) }
    case .unavailable(let error): .unavailable(error)
    case .notAsked: .notAsked
    }
  }
}

/// The stages of a study, in their order.
public enum StudyStage: String, Sendable, Hashable, CaseIterable {
  /// Who answered, and how.
  case description
  /// α, ω, item-total correlations.
  case reliability
  /// Exploratory factors.
  case exploration
  /// The measurement model and its validity.
  case measurement
  /// Competing factor models.
  case factorModels = "factor-models"
  /// The common method.
  case commonMethod = "common-method"
  /// The structural model.
  case structure
  /// Effects with their bootstrap.
  case mediation
  /// The comparison of groups.
  case groups

  /// What the stage is called.
  public var name: Wording {
    switch self {
    case .description: Wording("Describing the data", "描述性统计")
    case .reliability: Wording("Reliability", "信度分析")
    case .exploration: Wording("Exploratory factors", "探索性因子分析")
    case .measurement: Wording("Measurement model", "测量模型")
    case .factorModels: Wording("Competing models", "竞争模型")
    case .commonMethod: Wording("Common method", "共同方法偏差")
    case .structure: Wording("Structural model", "结构模型")
    case .mediation: Wording("Bootstrap of effects", "中介效应Bootstrap")
    case .groups: Wording("Groups", "多群组比较")
    }
  }
}

/// How one follows and ends a study from outside.
public struct StudyProgress: Sendable {
  /// Called when a stage begins and as it goes on, by any thread, with the share of the stage that is done.
  public var report: (@Sendable (_ stage: StudyStage, _ share: Double) -> Void)?
  /// Asked now and then; when it says yes, bootstraps end with the draws they have.
  public var isCancelled: (@Sendable () -> Bool)?

  /// Neither.
  public init() {}

  /// The same for a bootstrap within a stage.
  func bootstrap(_ stage: StudyStage) -> BootstrapControl {
    var control = BootstrapControl()
    control.isCancelled = isCancelled
    if let report {
      control.progress = { done, total in report(stage, Double(done) / Double(max(total, 1))) }
    }
    return control
  }
}
