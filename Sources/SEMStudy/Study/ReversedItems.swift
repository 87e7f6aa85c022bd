internal import SEM

extension StudyPreparation {
  /// Says which items run against their construct.
  mutating func noteReversedItems(in table: DataTable) {
    let declared = Set(file.data.reversed.map(\.text))
    for construct in file.constructs {
      let columns = construct.items.compactMap { try? table.numericColumn($0.code) }
      guard columns.count == construct.items.count else { continue }
      for index in ReversedItems.find(in: columns) {
        let item = construct.items[index]
        let isDeclared = declared.contains(item.code)
        notes.append(
          StudyNote(
            "reversed-item",
            isDeclared
              ? Wording(
                "\(item.code) is declared as reversed and, once mirrored, runs against the other items of \(construct.code): take it out of \"reversed\".",
                "\(item.code)被声明为反向题，转换后反而与\(construct.code)的其他题项负相关：请从reversed中删去。")
              : Wording(
                "\(item.code) runs against the other items of \(construct.code): if its wording is reversed, add it to \"reversed\" under \"data\".",
                "\(item.code)与\(construct.code)的其他题项负相关：若为反向题，请列入data下的reversed。"),
            subjects: [item.code], at: item.place))
      }
    }
  }
}

/// Finds items whose wording runs against that of the others.
enum ReversedItems {
  /// The positions of the items that correlate negatively with the sum of the others, once those found before are
  /// mirrored; never more than half of them.
  ///
  /// Signs are taken from the first principal component's weights, found by the power method on the correlations, so that
  /// several reversed items do not hide each other.
  static func find(in columns: [[Double]]) -> [Int] {
    guard columns.count > 1 else { return [] }
    let correlations = columns.map { left in columns.map { correlation(left, $0) } }
    var weights = correlations.map { $0.reduce(0) { $0 + $1.magnitude } }
    // The start favours the item that is most related to all: signs relative to it.
    let lead = weights.indices.max { weights[$0] < weights[$1] } ?? 0
    weights = correlations[lead]
    for _ in 0..<200 {
      let next = correlations.map { row in zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 } }
      let length = next.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { return [] }
      weights = next.map { $0 / length }
    }
    if weights.count(where: { $0 < 0 }) * 2 > weights.count { weights = weights.map { -$0 } }
    // A weight near zero says nothing of the direction.
    return weights.indices.filter { weights[$0] < -0.1 }
  }

  /// The correlation of two columns over the rows where both have values; 0 where it is not defined.
  static func correlation(_ left: [Double], _ right: [Double]) -> Double {
    var (count, sumX, sumY) = (0.0, 0.0, 0.0)
    for (x, y) in zip(left, right) where !x.isNaN && !y.isNaN {
      (count, sumX, sumY) = (count + 1, sumX + x, sumY + y)
    }
    guard count > 2 else { return 0 }
    let (meanX, meanY) = (sumX / count, sumY / count)
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (x, y) in zip(left, right) where !x.isNaN && !y.isNaN {
      xx += (x - meanX) * (x - meanX)
      yy += (y - meanY) * (y - meanY)
      xy += (x - meanX) * (y - meanY)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
  }
}
