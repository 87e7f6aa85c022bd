internal import SEMNumerics

/// What part of the influence of one variable on another an effect is.
public enum EffectKind: String, Sendable, Hashable, CaseIterable, Codable {
  /// The path from the one to the other: A(to, from).
  case direct
  /// The product of the paths along one chain of variables.
  case specificIndirect = "specific.indirect"
  /// All indirect influence: B - I - A.
  case totalIndirect = "total.indirect"
  /// All influence: B - I.
  case total
}

/// Which effects are looked for.
public enum EffectSelection: Sendable, Hashable {
  /// Between all latent variables and all variables of regressions.
  case all
  /// Of one variable on another, indicators included.
  case pair(from: String, to: String)
}

/// An effect before it has a value: what it is the effect of, on what, and along which way.
struct EffectDescription: Sendable, Hashable {
  var block: Int
  var kind: EffectKind
  var from: Int
  var to: Int
  /// The places of the variables from origin to target; empty for totals.
  var places: [Int] = []
}

/// The effects of a model, found once in its table and evaluated for any estimates.
///
/// Places are those of ``ReticularMatrices``: a block's observed variables, then its latent ones.
struct EffectPaths: Sendable {
  /// The chains listed for one pair of variables are at most so many.
  static let chainLimit = 500

  private(set) var descriptions: [EffectDescription] = []
  /// The variables of each block.
  let variables: [[String]]
  /// Blocks with feedback loops.
  private(set) var loopBlocks: [Int] = []
  /// Pairs with more chains than the limit.
  private(set) var truncatedPairs: [(from: String, to: String)] = []

  /// Finds the effects.
  ///
  /// - Throws: ``InferenceError/unknownVariable(_:)`` for a pair that no block has.
  /// - Complexity: O(chains × their length), at most ``chainLimit`` chains for each pair.
  init(table: ParameterTable, selections: [EffectSelection]) throws(InferenceError) {
    variables = table.blocks.map { $0.observed + $0.latent }
    for case .pair(let from, let to) in selections {
      for name in [from, to] where !variables.contains(where: { $0.contains(name) }) {
        throw .unknownVariable(name)
      }
    }
    for (index, block) in table.blocks.enumerated() {
      let graph = PathGraph(table: table, block: block, variables: variables[index])
      if graph.hasLoops { loopBlocks.append(block.number) }
      var pairs: [[Int]] = []
      for selection in selections {
        switch selection {
        case .all:
          let candidates = graph.structuralVariables(table: table, block: block)
          for to in candidates { for from in candidates { pairs.append([from, to]) } }
        case .pair(let from, let to):
          if let from = graph.place[from], let to = graph.place[to] { pairs.append([from, to]) }
        }
      }
      var known = Set<[Int]>()
      for pair in pairs where pair[0] != pair[1] && known.insert(pair).inserted {
        add(pair[0], pair[1], graph, block.number)
      }
    }
  }

  private mutating func add(_ from: Int, _ to: Int, _ graph: PathGraph, _ block: Int) {
    guard graph.reaches[to].contains(from) else { return }
    let (chains, isComplete) = graph.chains(from: from, to: to, limit: Self.chainLimit)
    if !isComplete { truncatedPairs.append((graph.names[from], graph.names[to])) }
    for chain in chains where chain.count == 2 {
      descriptions.append(EffectDescription(block: block, kind: .direct, from: from, to: to, places: chain))
    }
    let indirect = chains.filter { $0.count > 2 }
    for chain in indirect {
      descriptions.append(
        EffectDescription(block: block, kind: .specificIndirect, from: from, to: to, places: chain))
    }
    if !indirect.isEmpty || graph.hasLoops {
      descriptions.append(EffectDescription(block: block, kind: .totalIndirect, from: from, to: to))
    }
    descriptions.append(EffectDescription(block: block, kind: .total, from: from, to: to))
  }

  /// The value of an effect from the elements of A and of B = (I - A)⁻¹, given as (to, from).
  @inline(__always)
  static func value(
    _ effect: EffectDescription, path: (Int, Int) -> Double, effect total: (Int, Int) -> Double
  ) -> Double {
    switch effect.kind {
    case .direct, .specificIndirect:
      var product = 1.0
      for position in 1..<effect.places.count {
        product *= path(effect.places[position], effect.places[position - 1])
      }
      return product
    case .total: return total(effect.to, effect.from)
    case .totalIndirect: return total(effect.to, effect.from) - path(effect.to, effect.from)
    }
  }

  /// The derivative of an effect by A(i, j): products of the other paths of a chain, B(to, i) B(j, from) for totals.
  static func derivative(
    _ effect: EffectDescription, i: Int, j: Int, matrices: ReticularMatrices
  ) -> Double {
    switch effect.kind {
    case .direct, .specificIndirect:
      // A simple chain has each path once.
      var product = 0.0
      for position in 1..<effect.places.count
      where effect.places[position] == i && effect.places[position - 1] == j {
        product = 1
        for other in 1..<effect.places.count where other != position {
          product *= matrices.paths[effect.places[other], effect.places[other - 1]]
        }
      }
      return product
    case .total:
      return matrices.totalEffects[effect.to, i] * matrices.totalEffects[j, effect.from]
    case .totalIndirect:
      return matrices.totalEffects[effect.to, i] * matrices.totalEffects[j, effect.from]
        - (effect.to == i && effect.from == j ? 1 : 0)
    }
  }
}

/// The paths of one block as a graph.
private struct PathGraph {
  let names: [String]
  var place: [String: Int] = [:]
  /// For each variable the targets of its paths.
  private var targets: [[Int]]
  /// For each variable those from which it can be reached.
  private(set) var reaches: [Set<Int>] = []
  /// Whether some variable can be reached from itself.
  let hasLoops: Bool

  init(table: ParameterTable, block: ModelBlock, variables: [String]) {
    names = variables
    targets = [[Int]](repeating: [], count: variables.count)
    var sources = [[Int]](repeating: [], count: variables.count)
    for (index, name) in variables.enumerated() where place[name] == nil { place[name] = index }
    for row in table.rows where row.block == block.number {
      guard row.free > 0 || (row.fixedValue ?? 0) != 0 else { continue }
      guard let left = place[row.lhs], let right = place[row.rhs] else { continue }
      let (from, to): (Int, Int)
      switch row.op {
      case .measurement: (from, to) = (left, right)
      case .regression: (from, to) = (right, left)
      default: continue
      }
      if !targets[from].contains(to) {
        targets[from].append(to)
        sources[to].append(from)
      }
    }
    var hasLoops = false
    for variable in variables.indices {
      var seen = Set<Int>()
      var waiting = sources[variable]
      while let next = waiting.popLast() {
        if seen.insert(next).inserted { waiting += sources[next] }
      }
      if seen.contains(variable) { hasLoops = true }
      reaches.append(seen)
    }
    self.hasLoops = hasLoops
  }

  /// Latent variables and the variables of regressions: all but plain indicators.
  func structuralVariables(table: ParameterTable, block: ModelBlock) -> [Int] {
    var chosen = Set(block.latent)
    for row in table.rows where row.block == block.number && row.op == .regression {
      chosen.insert(row.lhs)
      chosen.insert(row.rhs)
    }
    return names.indices.filter { chosen.contains(names[$0]) && place[names[$0]] == $0 }
  }

  /// The simple chains between two variables, shorter ones first, and whether these are all.
  func chains(from: Int, to: Int, limit: Int) -> (chains: [[Int]], isComplete: Bool) {
    var result: [[Int]] = []
    var isComplete = true
    var waiting = [[from]]
    // Level by level; what cannot reach the target is not entered, so that every level leads to chains.
    while !waiting.isEmpty {
      var next: [[Int]] = []
      for chain in waiting {
        guard let last = chain.last else { continue }
        for target in targets[last] where !chain.contains(target) {
          if target == to {
            result.append(chain + [target])
          } else if reaches[to].contains(target) {
            next.append(chain + [target])
          }
        }
      }
      if result.count + next.count > limit * 4 || result.count > limit {
        isComplete = next.isEmpty && result.count <= limit
        break
      }
      waiting = next
    }
    return (Array(result.prefix(limit)), isComplete && result.count <= limit)
  }
}
