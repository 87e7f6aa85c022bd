internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

extension Matrix {
  /// The largest modulus of the eigenvalues of a square matrix, by Gelfand's formula ‖Aᵏ‖^(1/k) with k = 2⁴⁰ from forty
  /// squarings, each scaled to unit norm; the error is below 1e-9.
  func spectralRadius() -> Double {
    let n = rowCount
    var power = elements
    var logarithm = 0.0
    var weight = 1.0
    for _ in 0..<40 {
      let norm = power.reduce(0) { max($0, $1.magnitude) }
      guard norm > 0, norm.isFinite else { return norm > 0 ? .infinity : 0 }
      logarithm += weight * log(norm)
      weight *= 0.5
      for index in power.indices { power[index] /= norm }
      var square = [Double](repeating: 0, count: n * n)
      for j in 0..<n {
        for k in 0..<n where power[k + j * n] != 0 {
          let factor = power[k + j * n]
          for i in 0..<n { square[i + j * n] += power[i + k * n] * factor }
        }
      }
      power = square
    }
    return exp(logarithm)
  }
}
