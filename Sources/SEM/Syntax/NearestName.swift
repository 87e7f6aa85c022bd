/// The candidate that a mistyped name most probably means, or `nil` when none is near.
///
/// A name that differs only in case is nearest; then the least number of inserted, removed, changed or swapped
/// characters, at most a third of the name.
package func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
  let target = Array(name)
  guard !target.isEmpty, target.count <= 64 else { return nil }
  let lowered = name.lowercased()
  var best: (name: String, distance: Int)?
  for candidate in candidates where candidate != name {
    if candidate.lowercased() == lowered { return candidate }
    let letters = Array(candidate)
    let allowed = max(1, max(target.count, letters.count) / 3)
    guard abs(letters.count - target.count) <= allowed, letters.count <= 64 else { continue }
    let distance = editDistance(target, letters)
    // A one-letter name is near any other one-letter name: that is no help.
    if distance <= allowed, distance < min(target.count, letters.count), distance < (best?.distance ?? .max) {
      best = (candidate, distance)
    }
  }
  return best?.name
}

/// The number of single-character edits and swaps of neighbours between two words (optimal string alignment).
private func editDistance(_ first: [Character], _ second: [Character]) -> Int {
  var beforeLast = [Int](repeating: 0, count: second.count + 1)
  var last = Array(0...second.count)
  for (row, letter) in first.enumerated() {
    var current = [row + 1]
    for (column, other) in second.enumerated() {
      var cost = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
      if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
        cost = min(cost, beforeLast[column - 1] + 1)
      }
      current.append(cost)
    }
    beforeLast = last
    last = current
  }
  return last[second.count]
}

extension StringProtocol {
  /// Without spaces at both ends.
  package var trimmedSpaces: String {
    let start = drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }
}
