/// One block of Philox4x64-10: the 256-bit counter, scrambled under a 128-bit key into four 64-bit numbers.
///
/// Source: Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC '11, section 3.3.
///
/// - Complexity: Ten rounds of two 64 × 64-bit products, no allocation.
func philoxBlock(counter: SIMD4<UInt64>, key: (UInt64, UInt64)) -> SIMD4<UInt64> {
  var (c0, c1, c2, c3) = (counter[0], counter[1], counter[2], counter[3])
  var (k0, k1) = key
  for _ in 0..<10 {
    let even = c0.multipliedFullWidth(by: 0xD2E7_470E_E14C_6C93)
    let odd = c2.multipliedFullWidth(by: 0xCA5A_8263_9512_1157)
    (c0, c1, c2, c3) = (odd.high ^ c1 ^ k0, odd.low, even.high ^ c3 ^ k1, even.low)
    // The key steps by the golden ratio and by √3 − 1, both as 64-bit fractions.
    k0 &+= 0x9E37_79B9_7F4A_7C15
    k1 &+= 0xBB67_AE85_84CA_A73B
  }
  return SIMD4(c0, c1, c2, c3)
}
