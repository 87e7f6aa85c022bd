internal import Dispatch
internal import SEMNumerics

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Repeats a computation with different random numbers on several threads.
enum ParallelDraws {
  /// Memory of which each draw writes its own part.
  private struct Memory: @unchecked Sendable {
    var pointer: UnsafeMutablePointer<Double>
  }

  /// Makes draws `0 ..< draws` of `columns` numbers each.
  ///
  /// - Parameters:
  ///   - threads: `nil` for as many as there are processors.
  ///   - body: Writes the numbers of one draw; what it writes may depend on the draw's number only.
  /// - Returns: draws × columns.
  static func run(
    draws: Int, columns: Int, threads: Int?,
    _ body: @escaping @Sendable (_ draw: Int, _ results: UnsafeMutablePointer<Double>) -> Void
  ) -> Matrix {
    let buffer = NumberBuffer(count: draws * columns)
    let memory = Memory(pointer: buffer.pointer)
    let processors = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let count = max(1, min(threads ?? processors, draws))
    let work: @Sendable (Int) -> Void = { thread in
      for draw in stride(from: thread, to: draws, by: count) { body(draw, memory.pointer + draw * columns) }
    }
    if count == 1 { work(0) } else { DispatchQueue.concurrentPerform(iterations: count, execute: work) }
    var result = Matrix(rowCount: draws, columnCount: columns)
    for draw in 0..<draws {
      for column in 0..<columns { result[draw, column] = buffer[draw * columns + column] }
    }
    return result
  }
}
