#include "Philox.h"

// Salmon, Moraes, Dror and Shaw (2011), SC '11, section 3.3. Blocks do not wait for each other.
static inline void block(uint64_t counter, uint64_t stream, uint64_t k0, uint64_t k1, uint64_t *numbers) {
  uint64_t c0 = counter, c1 = 0, c2 = stream, c3 = 0;
  for (int round = 0; round < 10; round++) {
    const unsigned __int128 even = (unsigned __int128)c0 * 0xD2E7470EE14C6C93u;
    const unsigned __int128 odd = (unsigned __int128)c2 * 0xCA5A826395121157u;
    c0 = (uint64_t)(odd >> 64) ^ c1 ^ k0;
    c1 = (uint64_t)odd;
    c2 = (uint64_t)(even >> 64) ^ c3 ^ k1;
    c3 = (uint64_t)even;
    k0 += 0x9E3779B97F4A7C15u;
    k1 += 0xBB67AE8584CAA73Bu;
  }
  numbers[0] = c0;
  numbers[1] = c1;
  numbers[2] = c2;
  numbers[3] = c3;
}

long sk_philox_integers(uint64_t key0, uint64_t key1, uint64_t stream, uint64_t first, uint32_t bound, long blocks,
                        uint32_t *integers) {
  for (long b = 0; b < blocks; b++) {
    uint64_t numbers[4];
    block(first + (uint64_t)b, stream, key0, key1, numbers);
    int unfair = 0;
    for (int i = 0; i < 4; i++) {
      const unsigned __int128 product = (unsigned __int128)numbers[i] * bound;
      integers[4 * b + i] = (uint32_t)(product >> 64);
      unfair |= (uint64_t)product < bound;
    }
    if (unfair) return b;
  }
  return blocks;
}
