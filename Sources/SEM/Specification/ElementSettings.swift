/// What an element's modifiers say for one group.
struct ElementSettings {
  var fixed: Double?
  /// Whether `NA` frees the parameter where a default would fix it.
  var isFreed = false
  var label = ""
  var start: Double?
  var lower: Double?
  var upper: Double?
  /// What `equal()` names.
  var equalTo: (target: String, range: SourceRange)?
  /// The range of a label that holds for several groups at once.
  var sharedLabelRange: SourceRange?

  init() {}

  /// Reads the modifiers for a group, from 0.
  init(_ element: ModelElement, group: Int, groupCount: Int) throws(SpecificationProblem) {
    for modifier in element.modifiers {
      guard modifier.count == 1 || modifier.count == groupCount else {
        throw SpecificationProblem(
          "wrong-number-of-values",
          "The modifier has \(modifier.count) values; the model has "
            + (groupCount == 1 ? "one group here." : "\(groupCount) groups."),
          hint: groupCount == 1
            ? "Write one value, or give the labels of the groups."
            : "Write one value, or one for each group.",
          at: modifier.range)
      }
      try apply(modifier, at: modifier.count == 1 ? 0 : group)
      if modifier.count == 1, groupCount > 1, modifier.isLabel { sharedLabelRange = modifier.range }
    }
    if let lower, let upper, lower > upper {
      throw SpecificationProblem(
        "empty-bounds",
        "The lower bound \(shortDescription(lower)) exceeds the upper bound \(shortDescription(upper)).",
        hint: "Exchange them.", at: element.range)
    }
  }

  private mutating func apply(_ modifier: Modifier, at index: Int) throws(SpecificationProblem) {
    switch modifier.kind {
    case .value(let values):
      switch values[index] {
      case .fixed(let value):
        guard value.isFinite else {
          throw SpecificationProblem(
            "not-finite", "A parameter cannot be fixed to \(value).", hint: "Write a finite number.",
            at: modifier.range)
        }
        try checkConflict(isFreed || (fixed ?? value) != value, modifier)
        fixed = value
      case .free:
        try checkConflict(fixed != nil, modifier)
        isFreed = true
      case .label(let text): try setLabel(text, modifier)
      }
    case .label(let labels):
      if let text = labels[index] { try setLabel(text, modifier) }
    case .start(let values):
      try checkConflict(start != nil && values[index] != start, modifier)
      start = values[index]
    case .lower(let values): lower = values[index]
    case .upper(let values): upper = values[index]
    case .equal(let targets):
      try checkConflict(equalTo != nil && equalTo?.target != targets[index], modifier)
      equalTo = (targets[index], modifier.range)
    case .exploratory, .randomSlope: break
    }
  }

  private mutating func setLabel(_ text: String, _ modifier: Modifier) throws(SpecificationProblem) {
    try checkConflict(!label.isEmpty && label != text, modifier)
    label = text
  }

  private func checkConflict(_ conflicts: Bool, _ modifier: Modifier) throws(SpecificationProblem) {
    guard conflicts else { return }
    throw SpecificationProblem(
      "conflicting-modifiers", "Two modifiers of this element contradict each other.",
      hint: "Keep one of them.",
      at: modifier.range)
  }
}

extension Modifier {
  /// Whether the modifier labels the parameter.
  fileprivate var isLabel: Bool {
    switch kind {
    case .label: return true
    case .value(let values):
      if case .label = values[0] { return true }
      return false
    default: return false
    }
  }
}
