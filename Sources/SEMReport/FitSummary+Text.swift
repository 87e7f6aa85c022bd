extension FitSummary {
  /// The summary for a terminal or an appendix.
  public func text(width: Int = 80) -> String { json.text() + "\n" }
}

extension ModelCheck {
  /// The check for a terminal.
  public func text(width: Int = 80) -> String { json.text() + "\n" }
}
