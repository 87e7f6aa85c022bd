internal import CLinearAlgebra

/// Memory for `count` numbers that lives as long as its owner, for workspaces that are made once and reused.
public final class NumberBuffer {
  /// The first number.
  public let pointer: UnsafeMutablePointer<Double>
  /// How many numbers there are.
  public let count: Int

  /// Once in a process: workspaces are freed and made again fit after fit.
  private static let keepsHeap: Void = la_keep_heap()

  /// Allocates `count` zeros.
  public init(count: Int) {
    _ = Self.keepsHeap
    self.count = count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
  }

  /// Allocates a copy of an array.
  public convenience init(_ values: [Double]) {
    self.init(count: values.count)
    assign(values)
  }

  /// Allocates a copy of another buffer.
  public init(copying other: NumberBuffer) {
    count = other.count
    pointer = .allocate(capacity: max(count, 1))
    pointer.initialize(from: other.pointer, count: max(count, 1))
  }

  deinit { pointer.deallocate() }

  /// The number at a place.
  public subscript(index: Int) -> Double {
    @inline(__always) get { pointer[index] }
    @inline(__always) set { pointer[index] = newValue }
  }

  /// Sets every number to one value.
  public func fill(_ value: Double) { pointer.update(repeating: value, count: count) }

  /// Copies an array of the same count into the buffer.
  public func assign(_ values: [Double]) {
    precondition(values.count == count, "The array must fill the buffer.")
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { pointer.update(from: base, count: count) }
    }
  }

  /// The numbers as an array.
  public var array: [Double] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// The numbers as a column-major matrix.
  public func matrix(rowCount: Int, columnCount: Int) -> Matrix {
    Matrix(rowCount: rowCount, columnCount: columnCount, columnMajor: array)
  }
}
