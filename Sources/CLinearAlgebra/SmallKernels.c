#include "SmallKernels.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// Fused multiply-adds would give other bits where the processor has them.
#pragma STDC FP_CONTRACT OFF

// Eight and four numbers anywhere in memory.
typedef double v8 __attribute__((vector_size(64), aligned(8), may_alias));
typedef double v4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef double v16 __attribute__((vector_size(128), aligned(8), may_alias));
#define AT(V, p) (*(V *)(p))
#define ZERO(V) ((V){0})
#define SUM8(v) ((((v)[0] + (v)[4]) + ((v)[1] + (v)[5])) + (((v)[2] + (v)[6]) + ((v)[3] + (v)[7])))
#define INLINE static inline __attribute__((always_inline))

#define NAME(f) f##_plain
#define WIDE 4
#define vw v4
#include "SmallKernels.inc"
#undef NAME
#undef WIDE
#undef vw

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define NAME(f) f##_avx2
#define WIDE 8
#define vw v8
#include "SmallKernels.inc"
#undef NAME
#undef WIDE
#undef vw
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq"))), apply_to = function)
#define NAME(f) f##_avx512
#define WIDE 16
#define vw v16
#include "SmallKernels.inc"
#undef NAME
#undef WIDE
#undef vw
#pragma clang attribute pop
#endif

const sk_kernels *sk_active = &kernels_plain;

int sk_has_level(int level) {
  if (level == 0) return 1;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (level == 1) return __builtin_cpu_supports("avx2") != 0;
  if (level == 2) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512dq");
  }
#endif
  return 0;
}

int sk_best_level(void) {
  // Narrower vectors on request: for tools that do not know the wide ones, and to compare.
  const char *wish = getenv("SWIFT_SEM_VECTORS");
  int level = wish == NULL ? 2 : strcmp(wish, "plain") == 0 ? 0 : strcmp(wish, "avx2") == 0 ? 1 : 2;
  while (!sk_has_level(level)) level--;
  return level;
}

const sk_kernels *sk_level(int level) {
  if (!sk_has_level(level)) return NULL;
#if defined(__x86_64__)
  if (level == 1) return &kernels_avx2;
  if (level == 2) return &kernels_avx512;
#endif
  return &kernels_plain;
}

// Before main: no call can come earlier, none later finds another choice.
__attribute__((constructor)) static void choose(void) { sk_active = sk_level(sk_best_level()); }
