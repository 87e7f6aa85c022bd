/// The option letters of LAPACK and BLAS by their meaning.
enum LAPACKLetter {
  /// "L": the lower triangle.
  static let lower: CChar = 0x4C
  /// "U": the upper triangle.
  static let upper: CChar = 0x55
  /// "L": the special matrix stands on the left of the product.
  static let left: CChar = 0x4C
  /// "N": the matrix as it is.
  static let plain: CChar = 0x4E
  /// "T": the transpose.
  static let transposed: CChar = 0x54
  /// "N": the diagonal is stored, not taken as ones.
  static let storedDiagonal: CChar = 0x4E
  /// "V": eigenvectors, too.
  static let vectors: CChar = 0x56
}
