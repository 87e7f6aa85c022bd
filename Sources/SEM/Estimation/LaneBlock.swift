internal import SEMNumerics

/// One block of a ``LaneObjective``: its formulas as steps of a ``LaneProgram``, compiled once from the pattern.
///
/// They rest on Fisher's identity: the gradient of log|Σ| + tr(M Σ⁻¹) is that of the discrepancy of all variables, latent
/// ones included, whose second moments M̃ are what is expected of them given the observed ones (Rubin and Thayer 1982;
/// `Docs/Mathematics.md`, section 2.7). With J = (I - A)ᵀ S⁻¹ (I - A), o observed and l latent:
///
///     V = J_ll⁻¹    M̃_ol = -M J_ol V    M̃_ll = V J_lo M J_ol V + V
///     R = (I - A) M̃    E = R (I - A)ᵀ    ∂F/∂A = -2 S⁻¹ R    ∂F/∂S = S⁻¹ - S⁻¹ E S⁻¹
///     P = S⁻¹ - S⁻¹ (I - A) V (I - A)ᵀ S⁻¹
///
/// All but M J_ol and the two products with V are sums over the few paths and covariances of the pattern, so that an
/// evaluation takes p · (paths from latent variables) + p l² products and no p³. S must not be singular; Σ is positive
/// definite where S and J_ll have as many negative pivots as each other (Sylvester's law of inertia). Means come
/// in through the constant variable, measured from the sample's means as in ``MomentWorkspace``.
struct LaneBlock {
  /// Where M stands, `order` × `order`.
  let sample: Int
  let order: Int
  /// Where the sample's means stand, in internal order.
  let origin: Int
  let hasConstant: Bool
  /// The block's share of the discrepancy.
  let weight: Double
  let observedOrder: [Int]
  /// Where moments of fixed covariates stand; see ``RepeatedFitter/SampleElement``.
  let sampleElements: [(place: Int, left: Int, right: Int)]

  /// Compiles a block; `nil` for a pattern with loops or with a variable without variance.
  init?(
    _ structure: BlockStructure, weight: Double, sampleElements: [RepeatedFitter.SampleElement],
    _ programs: inout LanePrograms
  ) {
    guard !structure.hasLoops else { return nil }
    self.weight = weight
    order = structure.momentOrder
    hasConstant = structure.constant >= 0
    observedOrder = structure.observedOrder
    sample = programs.reserve(order * order)
    origin = programs.reserve(hasConstant ? structure.observedCount : 0)
    let ofSamples = Set(sampleElements.map(\.element))
    let values = structure.elements.indices.map { index in
      let element = structure.elements[index]
      if element.parameter >= 0 { return programs.point + element.parameter }
      return ofSamples.contains(index) ? programs.reserve() : programs.constant(element.value)
    }
    self.sampleElements = sampleElements.map { (values[$0.element], $0.left, $0.right) }
    var compiler = LaneCompiler(
      structure: structure, weight: weight, values: values, sample: sample, origin: origin, programs)
    guard compiler.compile() else { return nil }
    programs = compiler.programs
  }
}

/// Writes the steps of one block.
private struct LaneCompiler {
  typealias Term = LaneProgram.Term

  /// A path into or out of a variable, with the places of its value and of the negative value.
  private struct Path {
    var other: Int
    var value: Int
    var negative: Int
  }
  private struct Pair: Hashable {
    var i: Int
    var j: Int
  }
  private typealias Program = WritableKeyPath<LanePrograms, LaneProgram>

  private let structure: BlockStructure
  private let weight: Double
  /// Where the value of each element stands.
  private let values: [Int]
  private let sample: Int
  private let origin: Int
  var programs: LanePrograms
  private let n: Int, m: Int, l: Int, constant: Int
  private let one: Int, minusOne: Int
  /// The paths into each variable; those from the constant have the shifted intercepts.
  private var parents: [[Path]]
  private var children: [[Path]]
  /// The variables whose residuals covary, each set with the place of its part of S⁻¹.
  private var components: [(members: [Int], inverse: Int)] = []
  private var componentOf: [Int]
  private var placeInComponent: [Int]
  /// M̃ for pairs with a latent variable: observed × latent, and latent × latent.
  private var cross = 0, latent = 0
  /// V.
  private var conditional = 0
  /// For each variable the elements of its row of -S⁻¹ (I - A) that stand in columns of latent variables.
  private var outflows: [[(latent: Int, place: Int)]]
  private var residuals: [Pair: Int] = [:]
  private var spreads: [Int: Int] = [:]
  private var weighted: [Pair: Int] = [:]

  init(
    structure: BlockStructure, weight: Double, values: [Int], sample: Int, origin: Int,
    _ programs: LanePrograms
  ) {
    self.structure = structure
    self.weight = weight
    self.values = values
    self.sample = sample
    self.origin = origin
    self.programs = programs
    n = structure.momentOrder
    m = structure.variableCount
    l = m - n
    constant = structure.constant
    one = self.programs.constant(1)
    minusOne = self.programs.constant(-1)
    parents = [[Path]](repeating: [], count: m)
    children = [[Path]](repeating: [], count: m)
    outflows = [[(latent: Int, place: Int)]](repeating: [], count: m)
    componentOf = [Int](repeating: -1, count: m)
    placeInComponent = [Int](repeating: 0, count: m)
  }

  mutating func compile() -> Bool {
    programs.offset += weight * Double(n + l)
    paths()
    guard covariances() else { return false }
    if l > 0 { expectations() }
    gradient()
    value()
    curvatures()
    return true
  }

  /// A new number that is a sum; a number itself where it is the only one.
  private mutating func sum(_ terms: [Term], _ program: Program = \.gradients) -> Int {
    let place = programs.reserve()
    programs[keyPath: program].sum(place, terms)
    return place
  }

  /// Collects the paths; an intercept becomes what is left of the mean when all else is about the sample's means.
  private mutating func paths() {
    var intercepts = [[Term]](repeating: [], count: m)
    let p = structure.observedCount
    for index in 0..<structure.firstCovariance {
      let element = structure.elements[index]
      if element.column == constant {
        intercepts[element.row].append(Term(values[index], one))
        continue
      }
      let negative =
        element.parameter >= 0 ? programs.negative + element.parameter : programs.constant(-element.value)
      parents[element.row].append(Path(other: element.column, value: values[index], negative: negative))
      if constant >= 0, element.column < p {
        intercepts[element.row].append(Term(values[index], origin + element.column))
      }
    }
    if constant >= 0 {
      for i in 0..<m where i != constant {
        var terms = intercepts[i]
        if i < p { terms.append(Term(origin + i, minusOne)) }
        if terms.isEmpty { continue }
        let value = sum(terms)
        parents[i].append(Path(other: constant, value: value, negative: sum([Term(value, minusOne)])))
      }
    }
    for i in 0..<m {
      for path in parents[i] {
        children[path.other].append(Path(other: i, value: path.value, negative: path.negative))
      }
    }
  }

  /// S⁻¹ by sets of variables that covary; `false` where a variable has no variance.
  private mutating func covariances() -> Bool {
    var entries: [Pair: Int] = [:]
    var root = Array(0..<m)
    func find(_ i: Int) -> Int {
      var i = i
      while root[i] != i { i = root[i] }
      return i
    }
    for index in structure.firstCovariance..<structure.elements.count {
      let element = structure.elements[index]
      let pair = Pair(i: element.row, j: element.column)
      if entries[pair] != nil { return false }
      entries[pair] = values[index]
      entries[Pair(i: element.column, j: element.row)] = values[index]
      let (a, b) = (find(element.row), find(element.column))
      root[max(a, b)] = min(a, b)
    }
    let zero = programs.constant(0)
    var logarithms: [Int] = []
    for first in 0..<m where find(first) == first {
      let members = (first..<m).filter { find($0) == first }
      let c = members.count
      let inverse = programs.reserve(c * c)
      for (place, member) in members.enumerated() {
        guard entries[Pair(i: member, j: member)] != nil else { return false }
        componentOf[member] = components.count
        placeInComponent[member] = place
      }
      components.append((members, inverse))
      if c == 1, let variance = entries[Pair(i: first, j: first)] {
        programs.gradients.reciprocal(inverse, variance)
        logarithms.append(variance)
        continue
      }
      for (j, column) in members.enumerated() {
        for i in j..<c {
          let entry = entries[Pair(i: members[i], j: column)] ?? zero
          programs.gradients.sum(inverse + i + j * c, [Term(entry, one)])
        }
      }
      let pivots = programs.reserve(c)
      programs.gradients.invert(inverse, order: c, pivots: pivots, .variances)
      logarithms += Array(pivots..<(pivots + c))
    }
    programs.logarithms.append((weight, logarithms))
    return true
  }

  /// Where S⁻¹(i, j) stands, for two variables of one set.
  private func inverse(_ i: Int, _ j: Int) -> Int {
    let component = components[componentOf[i]]
    return component.inverse + placeInComponent[i] + placeInComponent[j] * component.members.count
  }

  /// V and M̃.
  private mutating func expectations() {
    let variance = programs.reserve(l * l)
    conditional = variance
    let negative = precision(into: variance)
    let pivots = programs.reserve(l)
    programs.gradients.invert(variance, order: l, pivots: pivots, .precisions)
    programs.logarithms.append((weight, Array(pivots..<(pivots + l))))

    // With K = -J_ol: M K, M̃_ol = M K V, and M̃_ll = V (Kᵀ M̃_ol) + V.
    let spread = programs.reserve(n * l)
    cross = programs.reserve(n * l)
    let inner = programs.reserve(l * l)
    let explained = programs.reserve(l * l)
    latent = programs.reserve(l * l)
    for c in 0..<l {
      programs.gradients.combine(
        spread + c * n, negative[c].map { Term(sample + $0.variable * n, $0.place) }, count: n)
    }
    programs.gradients.product(cross, spread, variance, rows: n, inner: l, columns: l)
    for c in 0..<l {
      programs.gradients.combine(
        inner + c, step: l, negative[c].map { Term(cross + $0.variable, $0.place) }, step: n, count: l)
    }
    programs.gradients.product(explained, variance, inner, rows: l, inner: l, columns: l)
    programs.gradients.combine(latent, [Term(explained, one), Term(variance, one)], count: l * l)
  }

  /// J_ll in its lower triangle; returns the elements of -J_ol that are not zero, by latent variable.
  private mutating func precision(into variance: Int) -> [[(variable: Int, place: Int)]] {
    var result = [[(variable: Int, place: Int)]](repeating: [], count: l)
    let zero = programs.constant(0)
    for c in 0..<l {
      // Column c of -S⁻¹ (I - A).
      var terms = [[Term]](repeating: [], count: m)
      for i in components[componentOf[n + c]].members { terms[i].append(Term(inverse(i, n + c), minusOne)) }
      for path in children[n + c] {
        for i in components[componentOf[path.other]].members {
          terms[i].append(Term(inverse(i, path.other), path.value))
        }
      }
      let products = terms.map { $0.isEmpty ? -1 : sum($0) }
      for i in 0..<m where products[i] >= 0 { outflows[i].append((c, products[i])) }
      for j in 0..<m where j < n || j - n >= c {
        let others = children[j].filter { products[$0.other] >= 0 }
        if j >= n {
          var terms = others.map { Term(products[$0.other], $0.value) }
          if products[j] >= 0 { terms.append(Term(products[j], minusOne)) }
          programs.gradients.sum(variance + (j - n) + c * l, terms.isEmpty ? [Term(zero, zero)] : terms)
        } else if others.isEmpty {
          if products[j] >= 0 { result[c].append((j, products[j])) }
        } else {
          var terms = others.map { Term(products[$0.other], $0.negative) }
          if products[j] >= 0 { terms.append(Term(products[j], one)) }
          result[c].append((j, sum(terms)))
        }
      }
    }
    return result
  }

  /// Where M̃(i, j) stands.
  private func expected(_ i: Int, _ j: Int) -> Int {
    if i < n { return j < n ? sample + i + j * n : cross + i + (j - n) * n }
    return j < n ? cross + j + (i - n) * n : latent + (i - n) + (j - n) * l
  }

  /// R(i, j) of R = (I - A) M̃.
  private mutating func residual(_ i: Int, _ j: Int, _ program: Program) -> Int {
    if parents[i].isEmpty { return expected(i, j) }
    if let place = residuals[Pair(i: i, j: j)] { return place }
    let place = sum(
      [Term(expected(i, j), one)] + parents[i].map { Term(expected($0.other, j), $0.negative) }, program)
    residuals[Pair(i: i, j: j)] = place
    return place
  }

  /// E of a set of variables, c × c.
  private mutating func spread(_ component: Int, _ program: Program) -> Int {
    if let place = spreads[component] { return place }
    let members = components[component].members
    let c = members.count
    let place = programs.reserve(c * c)
    spreads[component] = place
    for (j, column) in members.enumerated() {
      for i in j..<c {
        var terms = [Term(residual(members[i], column, program), one)]
        for path in parents[column] {
          terms.append(Term(residual(members[i], path.other, program), path.negative))
        }
        programs[keyPath: program].sum(place + i + j * c, terms)
        if i > j { programs[keyPath: program].sum(place + j + i * c, [Term(place + i + j * c, one)]) }
      }
    }
    return place
  }

  /// (S⁻¹ R)(i, j).
  private mutating func weightedResidual(_ i: Int, _ j: Int) -> Int {
    let pair = Pair(i: i, j: j)
    if let place = weighted[pair] { return place }
    var terms: [Term] = []
    for member in components[componentOf[i]].members {
      terms.append(Term(residual(member, j, \.gradients), inverse(i, member)))
    }
    let place = sum(terms)
    weighted[pair] = place
    return place
  }

  private mutating func gradient() {
    let twice = programs.constant(-2 * weight)
    /// S⁻¹ E S⁻¹ of the sets that have free elements.
    var fitted: [Int: Int] = [:]
    for index in structure.freeElements {
      let element = structure.elements[index]
      if element.kind == .path {
        let place = weightedResidual(element.row, element.column)
        programs.gradientTerms[element.parameter].append(Term(place, twice))
        if constant >= 0, element.column < structure.observedCount {
          // The intercept holds the path times the mean of its origin.
          let slope = sum([Term(weightedResidual(element.row, constant), twice)])
          programs.gradientTerms[element.parameter].append(Term(slope, origin + element.column))
        }
        continue
      }
      let component = componentOf[element.row]
      let place = fitted[component] ?? sandwich(component)
      fitted[component] = place
      let entry =
        placeInComponent[element.row] + placeInComponent[element.column] * components[component].members.count
      let factor = element.row == element.column ? weight : 2 * weight
      programs.gradientTerms[element.parameter] += [
        Term(components[component].inverse + entry, programs.constant(factor)),
        Term(place + entry, programs.constant(-factor)),
      ]
    }
  }

  /// S⁻¹ E S⁻¹ of a set of variables.
  private mutating func sandwich(_ component: Int) -> Int {
    let c = components[component].members.count
    let inverse = components[component].inverse
    let spread = spread(component, \.gradients)
    if c == 1 { return sum([Term(sum([Term(spread, inverse)]), inverse)]) }
    let half = programs.reserve(c * c)
    let place = programs.reserve(c * c)
    programs.gradients.product(half, spread, inverse, rows: c, inner: c, columns: c)
    programs.gradients.product(place, inverse, half, rows: c, inner: c, columns: c)
    return place
  }

  /// Adds w tr(S⁻¹ E).
  private mutating func value() {
    for component in components.indices {
      let c = components[component].members.count
      let place = spread(component, \.values)
      let trace = sum((0..<(c * c)).map { Term(components[component].inverse + $0, place + $0) }, \.values)
      programs.traceTerms.append(Term(trace, programs.constant(weight)))
    }
  }

  /// The curvatures along the parameters: P_ii M̃_jj of a path, P_ii P_jj of a covariance.
  private mutating func curvatures() {
    var precisions: [Int: (own: Int, weighted: Int)] = [:]
    for index in structure.freeElements {
      let element = structure.elements[index]
      for i in [element.row, element.column] where precisions[i] == nil {
        if element.kind == .path, i != element.row { continue }
        let own = explainedPrecision(i)
        precisions[i] = (own, sum([Term(own, programs.constant(weight))], \.curvatures))
      }
      guard let row = precisions[element.row] else { continue }
      let other =
        element.kind == .path
        ? expected(element.column, element.column) : precisions[element.column]?.own ?? row.own
      programs.curvatureTerms[element.parameter].append(Term(row.weighted, other))
    }
  }

  /// P_ii: the precision of a residual as far as observed variables tell it, S⁻¹_ii less uᵀ V u.
  private mutating func explainedPrecision(_ i: Int) -> Int {
    let u = outflows[i]
    guard !u.isEmpty else { return inverse(i, i) }
    let terms = u.map { row in
      let products = u.map { Term(conditional + row.latent + $0.latent * l, $0.place) }
      return Term(sum(products, \.curvatures), row.place)
    }
    let unknown = sum(terms, \.curvatures)
    return sum([Term(inverse(i, i), one), Term(unknown, minusOne)], \.curvatures)
  }
}
