#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// The natural logarithm, from the system's mathematical library.
func logarithm(_ x: Double) -> Double { log(x) }
