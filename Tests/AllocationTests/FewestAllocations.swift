import AllocationCounter

/// The fewest allocations of five calls.
///
/// Swift's runtime fills caches of its own at first use, on whatever thread asks first and while other tests run. What the
/// code under test allocates, it allocates at every call.
func fewestAllocations(_ body: () throws -> Void) rethrows -> Int {
  var least = Int.max
  for _ in 0..<5 {
    let before = allocation_count()
    try body()
    least = min(least, Int(allocation_count() - before))
  }
  return least
}
