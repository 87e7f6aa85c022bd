extension DataError {
  /// The error for a name that no column has, with the nearest name as the cure.
  static func unknownVariable(_ name: String, in names: [String]) -> DataError {
    let hint =
      nearestName(to: name, in: names).map { "Did you mean \($0)?" }
      ?? (names.isEmpty ? nil : "The data have \(listed(names)).")
    return DataError(.unknownVariable, "The data have no variable \(name).", variable: name, hint: hint)
  }
}
