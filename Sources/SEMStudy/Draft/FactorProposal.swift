/// Items sorted into factors by an exploratory analysis.
struct FactorProposal {
  /// The positions of the items of each factor.
  var factors: [[Int]]
  /// The positions of items that load on no factor.
  var unassigned: [Int]
  /// How it was done.
  var description: Wording

  init?(_ columns: [[Double]]) {
    return nil
  }
}
