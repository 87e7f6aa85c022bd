/// How the figures of a document are printed; values keep their full precision in JSON and CSV.
public struct DocumentStyle: Sendable, Hashable {
  /// What stands for a probability below 0.001.
  public enum SmallProbability: String, Sendable, Hashable, CaseIterable {
    /// `<0.001`, as journals ask for.
    case bound
    /// `***`, as AMOS prints and Chinese theses copy.
    case stars
  }

  /// What stands for a probability below 0.001.
  public var smallProbability: SmallProbability
  /// Whether numbers below 1 are printed as 0.742, as Chinese journals and AMOS do, or as .742 (APA).
  public var keepsLeadingZero: Bool

  /// Makes a style.
  public init(smallProbability: SmallProbability = .bound, keepsLeadingZero: Bool = true) {
    self.smallProbability = smallProbability
    self.keepsLeadingZero = keepsLeadingZero
  }

  /// A number with so many decimals; a dash for none.
  func number(_ value: Double?, _ decimals: Int) -> String {
    guard let value, value.isFinite else { return Self.undefined }
    return trimmed(TextNumber.fixed(value, decimals))
  }

  /// A probability.
  func probability(_ value: Double?) -> String {
    guard let value, value.isFinite else { return Self.undefined }
    guard value < 0.001 else { return number(value, 3) }
    return smallProbability == .stars ? "***" : "<" + trimmed("0.001")
  }

  /// What stands for a value that is not defined.
  static let undefined = "–"

  private func trimmed(_ text: String) -> String {
    if keepsLeadingZero { return text }
    if text.hasPrefix("0.") { return String(text.dropFirst()) }
    return text.hasPrefix("-0.") ? "-" + text.dropFirst(2) : text
  }
}

/// Stars for a probability: * below 0.05, ** below 0.01, *** below 0.001.
func significanceStars(_ probability: Double?) -> String {
  guard let probability, probability.isFinite else { return "" }
  return probability < 0.001 ? "***" : probability < 0.01 ? "**" : probability < 0.05 ? "*" : ""
}
