// Dense kernels for small orders, where a call of BLAS or LAPACK costs more than its work.
//
// Compiled once for every x86-64 processor and once each for AVX2 and AVX-512; the best of what the processor has is
// chosen when the program is loaded. No fused multiply-add anywhere and sums in one order, so that all three give the
// same bits. Matrices are column-major without padding.
#ifndef SMALL_KERNELS_H
#define SMALL_KERNELS_H

// Elements of A or S that stand below each other in one column, or consecutive diagonal elements of S.
typedef struct {
  long shape;  // 0: paths, 1: diagonal elements of S, 2: elements of one column of S
  long first;  // the number of the first element
  long count;
  long row;     // of the first element
  long column;  // of a path counted among the sources, else among all variables
} sk_run;

// What the second derivatives by pairs of elements are made of: x is variables × variables, y variables × sources,
// z sources × sources, of two weights v and w.
typedef struct {
  const sk_run *runs;
  long run_count;
  long variables, sources;
  const double *xw, *yw, *zw, *xv, *yv, *zv;
  // sources × sources: 2 e(j, k) e(l, i) is added for paths (i, j) and (k, l) among sources; null for none.
  const double *e;
} sk_pairs;

typedef struct {
  // a = L Lᵀ in the lower triangle; the strict upper one is not written. 0 where a pivot is not positive and finite.
  int (*cholesky)(double *a, long n);
  // From L in the lower triangle to the inverse of L Lᵀ in the lower triangle; the upper one is lost.
  void (*invert_factor)(double *a, long n);
  // Solves L Lᵀ x = b in place.
  void (*solve)(const double *l, long n, double *b);
  // c = a b: a is rows × inner, b inner × columns.
  void (*product)(const double *a, const double *b, long rows, long inner, long columns, double *c);
  // c = aᵀ b: a is rows × left, b rows × columns.
  void (*transposed_product)(const double *a, const double *b, long rows, long left, long columns, double *c);
  // The lower triangle of c = a b, for a product that is symmetric: all three are n × n.
  void (*symmetric_product)(const double *a, const double *b, long n, double *c);
  // c = a b as in product, the zeros of b left out.
  void (*sparse_product)(const double *a, const double *b, long rows, long inner, long columns, double *c);
  // c += aᵀ a in the lower triangle; the columns of a have `rows` numbers and stand `stride` apart.
  void (*add_cross_products)(const double *a, long rows, long stride, long columns, double *c);
  // Σ a[i] b[i].
  double (*dot)(const double *a, const double *b, long count);
  // b[i] += factor · a[i].
  void (*add)(double factor, const double *a, long count, double *b);
  // The sums of products of element `element` of run `run` with itself and all elements after it, into line[number].
  // Eight numbers beyond the last element are written, and up to seven read beyond each column of x and y.
  void (*pair_line)(const sk_pairs *pairs, long run, long element, double *line);
  // Copies the lower triangle to the upper one.
  void (*mirror)(double *a, long n);
} sk_kernels;

// The kernels of a level: 0 for every processor, 1 for AVX2, 2 for AVX-512; null where this processor lacks it.
const sk_kernels *sk_level(int level);

// Whether this processor has what a level needs.
int sk_has_level(int level);

// The highest level that this processor has and the user allows.
int sk_best_level(void);

// The kernels in use: set before main.
extern const sk_kernels *sk_active;

static inline int sk_cholesky(double *a, long n) { return sk_active->cholesky(a, n); }
static inline void sk_invert_factor(double *a, long n) { sk_active->invert_factor(a, n); }
static inline void sk_solve(const double *l, long n, double *b) { sk_active->solve(l, n, b); }
static inline void sk_product(const double *a, const double *b, long rows, long inner, long columns, double *c) {
  sk_active->product(a, b, rows, inner, columns, c);
}
static inline void sk_transposed_product(const double *a, const double *b, long rows, long left, long columns,
                                         double *c) {
  sk_active->transposed_product(a, b, rows, left, columns, c);
}
static inline void sk_symmetric_product(const double *a, const double *b, long n, double *c) {
  sk_active->symmetric_product(a, b, n, c);
}
static inline void sk_sparse_product(const double *a, const double *b, long rows, long inner, long columns,
                                     double *c) {
  sk_active->sparse_product(a, b, rows, inner, columns, c);
}
static inline void sk_add_cross_products(const double *a, long rows, long stride, long columns, double *c) {
  sk_active->add_cross_products(a, rows, stride, columns, c);
}
static inline double sk_dot(const double *a, const double *b, long count) { return sk_active->dot(a, b, count); }
static inline void sk_add(double factor, const double *a, long count, double *b) {
  sk_active->add(factor, a, count, b);
}
static inline void sk_pair_line(const sk_pairs *pairs, long run, long element, double *line) {
  sk_active->pair_line(pairs, run, element, line);
}
static inline void sk_mirror(double *a, long n) { sk_active->mirror(a, n); }

#endif
