// Random integers from the generator Philox4x64-10.
#ifndef PHILOX_H
#define PHILOX_H

#include <stdint.h>

// Integers below `bound` from `blocks` blocks of four numbers, the first with the counter (first, 0, stream, 0): the upper
// half of bound times each number. Ends at a block with a number that must be drawn again for want of fairness, whose lower
// half is below `bound`. Returns how many blocks have been used.
long sk_philox_integers(uint64_t key0, uint64_t key1, uint64_t stream, uint64_t first, uint32_t bound, long blocks,
                        uint32_t *integers);

#endif
