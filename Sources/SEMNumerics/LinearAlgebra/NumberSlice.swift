/// Part of a ``NumberBuffer``. It owns nothing, so that its use costs no reference counting: whoever hands it out keeps the
/// buffer.
public struct NumberSlice {
  /// The first number.
  public let pointer: UnsafeMutablePointer<Double>
  /// How many numbers there are.
  public let count: Int

  /// The number at a place.
  public subscript(index: Int) -> Double {
    @inline(__always) get { pointer[index] }
    @inline(__always) nonmutating set { pointer[index] = newValue }
  }

  /// The numbers as an array.
  public var array: [Double] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// The numbers as a column-major matrix.
  public func matrix(rowCount: Int, columnCount: Int) -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, columnMajor: array)
  }
}

/// Divides one allocation of zeros among the parts of a workspace.
public struct NumberSlices {
  /// The memory; its owner keeps it as long as any slice is in use.
  public let buffer: NumberBuffer
  private var used = 0

  /// Allocates zeros for all slices.
  public init(capacity: Int) { buffer = NumberBuffer(count: capacity) }

  /// The next numbers.
  public mutating func take(_ count: Int) -> NumberSlice {
    precondition(used + count <= buffer.count, "The slices must fit into the buffer.")
    defer { used += count }
    return NumberSlice(pointer: buffer.pointer + used, count: count)
  }
}
