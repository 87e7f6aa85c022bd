internal import CLinearAlgebra

/// A stream of random numbers that is a function of (seed, stream, purpose) and of nothing else.
///
/// Give each replication, bootstrap sample or start its own `stream` number: what it draws then does not depend on which
/// thread or machine ran it, or on what ran before. `purpose` keeps uses apart that share both (data against
/// resampling). Different triples give non-overlapping streams of 2⁶⁶ numbers.
///
/// The generator is Philox4x64-10 with key (seed, purpose) and counter (block, 0, stream, 0); the first block is 1, so
/// that the numbers equal those of NumPy's `Philox(counter=[0, 0, stream, 0], key=[seed, purpose])`. It is no generator
/// for secrets.
///
/// ``next()``, ``uniform()``, ``integer(below:)`` and ``shuffle(_:)`` give the same bits on every platform;
/// ``normal()`` uses the platform's logarithm in the tails, which may differ in the last bit between C libraries.
///
/// A copy continues independently from the same place. Pass it `inout`.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: (UInt64, UInt64)
  private let stream: UInt64
  private var block: UInt64 = 0
  private var numbers = SIMD4<UInt64>(repeating: 0)
  private var used = 4

  /// Makes a stream at its beginning.
  ///
  /// - Parameters:
  ///   - seed: What the user chooses and reports.
  ///   - stream: The number of the replication, sample or start.
  ///   - purpose: What the numbers are for.
  public init(seed: UInt64, stream: UInt64 = 0, purpose: UInt64 = 0) {
    key = (seed, purpose)
    self.stream = stream
  }

  /// The next 64 random bits.
  ///
  /// - Complexity: O(1), no allocation.
  public mutating func next() -> UInt64 {
    if used == 4 {
      block &+= 1
      numbers = philoxBlock(counter: SIMD4(block, 0, stream, 0), key: key)
      used = 0
    }
    defer { used += 1 }
    return numbers[used]
  }

  /// A uniform number in (0, 1), open at both ends: a multiple of 2⁻⁵³ from the upper 53 bits of ``next()``.
  ///
  /// The bits 0 give 2⁻⁵⁴, half a step, so that neither 0 nor 1 occurs. Otherwise the numbers equal those of NumPy's
  /// `Generator.random()`. Takes one number of the stream.
  public mutating func uniform() -> Double {
    let bits = next() >> 11
    return bits == 0 ? 0x1p-54 : Double(bits) * 0x1p-53
  }

  /// A standard normal number by inversion of ``uniform()``, within ±8.3.
  ///
  /// Takes one number of the stream, so that the *k*-th number does not depend on those before it, as it would with a
  /// rejection method. Source: Wichura (1988), algorithm AS 241.
  public mutating func normal() -> Double { standardNormalQuantile(uniform()) }

  /// A uniform integer in 0 ..< `bound`, unbiased.
  ///
  /// Takes one number of the stream, and seldom (with probability `bound` / 2⁶⁴ at most) more.
  /// Source: Lemire (2019), *ACM Transactions on Modeling and Computer Simulation* 29 (1), 3.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "A random integer needs a positive bound.")
    let width = UInt64(bound)
    var product = next().multipliedFullWidth(by: width)
    if product.low < width {
      // 2⁶⁴ mod width: below it, some integers would have one chance more than others.
      let surplus = (0 &- width) % width
      while product.low < surplus { product = next().multipliedFullWidth(by: width) }
    }
    return Int(product.high)
  }

  /// The next `count` integers in 0 ..< `bound`: the same as so many calls of ``integer(below:)``, in less than half the
  /// time.
  ///
  /// - Complexity: O(`count`), no allocation.
  @inlinable
  package mutating func integers(below bound: Int, count: Int, _ body: (Int) -> Void) {
    var left = count
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 256) { numbers in
      while left > 0 {
        let made = fill(numbers, below: bound, atMost: left)
        for i in 0..<made { body(Int(numbers[i])) }
        left -= made
        if made == 0 {
          body(integer(below: bound))
          left -= 1
        }
      }
    }
  }

  /// Integers from whole blocks; none inside a block or where one must be drawn again.
  @usableFromInline
  package mutating func fill(_ numbers: UnsafeMutableBufferPointer<UInt32>, below bound: Int, atMost: Int)
    -> Int
  {
    precondition(bound > 0, "A random integer needs a positive bound.")
    guard used == 4, let width = UInt32(exactly: bound), let base = numbers.baseAddress else { return 0 }
    let blocks = sk_philox_integers(
      key.0, key.1, stream, block &+ 1, width, min(numbers.count, atMost) / 4, base)
    block &+= UInt64(blocks)
    return 4 * blocks
  }

  /// Puts the elements in random order, each order with the same probability.
  ///
  /// The order is part of the stream's contract, which that of Swift's `shuffle(using:)` is not.
  /// Source: Fisher and Yates; Knuth, *The Art of Computer Programming* 2, algorithm 3.4.2P.
  ///
  /// - Complexity: O(*n*); takes *n* − 1 integers.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, integer(below: last + 1))
    }
  }

  /// Fills a buffer with standard normal numbers, the same as so many calls of ``normal()``.
  ///
  /// - Complexity: O(*n*), no allocation.
  public mutating func fillNormal(_ buffer: inout [Double]) {
    for i in buffer.indices { buffer[i] = normal() }
  }
}
