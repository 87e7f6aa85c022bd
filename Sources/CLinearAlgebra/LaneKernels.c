#include "LaneKernels.h"
#include "SmallKernels.h"

#include <math.h>
#include <stddef.h>

// Fused multiply-adds would give other bits where the processor has them.
#pragma STDC FP_CONTRACT OFF

typedef double v8 __attribute__((vector_size(64), aligned(8), may_alias));
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef double v2 __attribute__((vector_size(16), aligned(8), may_alias));
typedef int64_t l8 __attribute__((vector_size(64), aligned(8), may_alias));
#define LANES 8
#define AT(V, p) (*(V *)(p))

// vl is the widest vector of the processor; TILE columns of sums fit into its registers.
#define NAME(f) f##_plain
#define vl v2
#define WIDTH 2
#define TILE 2
#include "LaneKernels.inc"
#undef NAME
#undef vl
#undef WIDTH
#undef TILE

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define NAME(f) f##_avx2
#define vl v4
#define WIDTH 4
#define TILE 2
#include "LaneKernels.inc"
#undef NAME
#undef vl
#undef WIDTH
#undef TILE
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq"))), apply_to = function)
#define NAME(f) f##_avx512
#define vl v8
#define WIDTH 8
#define TILE 4
#include "LaneKernels.inc"
#undef NAME
#undef vl
#undef WIDTH
#undef TILE
#pragma clang attribute pop
#endif

long sl_pick(const double *weights, long rows, int32_t *places, double *picked) {
  long count = 0;
  // No branch: which rows are in a sample cannot be foretold.
  for (long row = 0; row < rows; row++) {
    places[count] = (int32_t)row;
    picked[count] = weights[row];
    count += weights[row] != 0;
  }
  return count;
}

const sl_kernels *sl_active = &lane_kernels_plain;

const sl_kernels *sl_level(int level) {
  if (!sk_has_level(level)) return NULL;
#if defined(__x86_64__)
  if (level == 1) return &lane_kernels_avx2;
  if (level == 2) return &lane_kernels_avx512;
#endif
  return &lane_kernels_plain;
}

__attribute__((constructor)) static void choose_lanes(void) { sl_active = sl_level(sk_best_level()); }
