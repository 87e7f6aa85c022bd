internal import SEMNumerics

extension PatternLikelihood {
  /// Σ f_q [½ tr(W_q E W_q E) + dᵀ W_q d] at the last point, for symmetric matrices E and vectors d of the variables.
  ///
  /// With W = P - U Uᵀ: tr(W E W E) = tr(P E P E) - 2 tr(Uᵀ E P E U) + |Uᵀ E U|². The products E U and E P E U of many
  /// patterns are formed at once.
  /// - Complexity: O(p² m) for each pattern and each form.
  func quadraticForms(_ forms: [(matrix: Matrix, vector: [Double])]) -> [Double] {
    let n = order
    let p = n - 1
    let scratch = NumberBuffer(count: n * n)
    let prepared = forms.map { form -> Form in
      let e = NumberBuffer(count: n * n)
      for j in 0..<p { for i in 0..<p { e[i + j * n] = form.matrix[i, j] } }
      let epe = NumberBuffer(count: n * n)
      Kernels.congruence(
        symmetric: e.pointer, precision.pointer, order: n, scratch: scratch.pointer, into: epe.pointer)
      // Of the augmented matrix only the rows of the variables count: where the means are the origin, P is block diagonal.
      let d = NumberBuffer(form.vector + [0])
      let pd = NumberBuffer(count: n)
      Kernels.multiply(symmetric: precision.pointer, order: n, d.pointer, columns: 1, into: pd.pointer)
      let start =
        precisionShare
        * (0.5 * Kernels.dot(epe.pointer, precision.pointer, count: n * n)
          + Kernels.dot(pd.pointer, d.pointer, count: n))
      return Form(matrix: e, sandwich: epe, vector: d, sum: start)
    }
    let room = max(Self.columnsAtOnce, widest.u)
    let directions = NumberBuffer(count: n * room)
    let product = NumberBuffer(count: n * room)
    let second = NumberBuffer(count: n * room)
    var waiting: [(layout: Layout, first: Int, count: Int)] = []
    var used = 0

    func evaluate() {
      for form in prepared {
        Kernels.product(
          symmetric: form.matrix.pointer, order: n, directions.pointer, columns: used, into: product.pointer)
        Kernels.product(
          symmetric: form.sandwich.pointer, order: n, directions.pointer, columns: used, into: second.pointer)
        for item in waiting {
          var term = 0.0
          for i in item.first..<(item.first + item.count) {
            let column = directions.pointer + i * n
            let along = Kernels.dot(column, form.vector.pointer, count: n)
            term += (item.layout.isDirect ? 1 : -1) * along * along
            if !item.layout.isDirect { term -= Kernels.dot(column, second.pointer + i * n, count: n) }
            for j in item.first..<i {
              let value = Kernels.dot(product.pointer + i * n, directions.pointer + j * n, count: n)
              term += value * value
            }
            let own = Kernels.dot(product.pointer + i * n, column, count: n)
            term += 0.5 * own * own
          }
          form.sum += item.layout.share * term
        }
      }
      waiting.removeAll(keepingCapacity: true)
      used = 0
    }

    for layout in layouts where layout.missingCount > 0 {
      if used + max(layout.missingCount, layout.isDirect ? layout.observedCount : 0) > room { evaluate() }
      let count = self.directions(of: layout, u: directions.pointer + used * n, z: nil)
      waiting.append((layout, used, count))
      used += count
    }
    evaluate()
    return withExtendedLifetime((scratch, directions, product, second)) { prepared.map(\.sum) }
  }

  private static let columnsAtOnce = 256

  /// One form: E, E P E, d, and the sum so far.
  private final class Form {
    let matrix, sandwich, vector: NumberBuffer
    var sum: Double

    init(matrix: NumberBuffer, sandwich: NumberBuffer, vector: NumberBuffer, sum: Double) {
      self.matrix = matrix
      self.sandwich = sandwich
      self.vector = vector
      self.sum = sum
    }
  }
}
