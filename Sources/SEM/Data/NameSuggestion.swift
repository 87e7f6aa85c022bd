/// Finds the name a writer probably meant.
enum NameSuggestion {
  /// The candidate nearest to a name, if one is near enough to be meant.
  ///
  /// Near enough is an edit distance (optimal string alignment: insertions, deletions, substitutions, swaps of
  /// neighbours) of at most a third of the name's length, at least 1; letter case does not count.
  /// The first of equally near candidates is taken. Cost: O(length²) per candidate.
  static func nearestName(to name: String, in candidates: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    let limit = Swift.max(1, wanted.count / 3)
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate != name {
      let offered = Array(candidate.lowercased().unicodeScalars.prefix(64))
      guard abs(offered.count - wanted.count) <= limit else { continue }
      let distance = editDistance(wanted, offered)
      if distance <= limit, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// The optimal string alignment distance.
  static func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var twoBack = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for i in a.indices {
      current[0] = i + 1
      for j in b.indices {
        var distance = Swift.min(previous[j + 1], current[j]) + 1
        distance = Swift.min(distance, previous[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          distance = Swift.min(distance, twoBack[j - 1] + 1)
        }
        current[j + 1] = distance
      }
      (twoBack, previous, current) = (previous, current, twoBack)
    }
    return previous[b.count]
  }
}

extension DataError {
  /// The error for a name that no column has, with the nearest name as the cure.
  static func unknownVariable(_ name: String, in names: [String]) -> DataError {
    let hint =
      NameSuggestion.nearestName(to: name, in: names).map { "Did you mean \($0)?" }
      ?? (names.isEmpty ? nil : "The data have \(listed(names)).")
    return DataError(.unknownVariable, "The data have no variable \(name).", variable: name, hint: hint)
  }
}
