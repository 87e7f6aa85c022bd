// Kernels for eight small problems of one shape at once: number i of all eight stands in eight doubles side by side, a
// lane each, so that vectors are full whatever the order of the matrices is.
//
// Compiled like the kernels of SmallKernels.h, with the same bits on every processor. What one lane holds never changes
// the result of another. Memory of lanes is aligned to 64 bytes.
#ifndef LANE_KERNELS_H
#define LANE_KERNELS_H

#include <stdint.h>

// What a step of a program does with places y, x and a of its memory.
enum {
  // y = x for `count` numbers.
  sl_copy = 0,
  // Sums of `a` products each: `count` records begin at terms[x], each y and so many pairs x, a: y = Σ x a.
  sl_sums = 1,
  // The same for runs of numbers: y[i] = Σ x[i] a, i below `count`, over `a` pairs x, a that begin at terms[x].
  sl_combine = 2,
  // y = 1 / x for `count` pairs y, x that begin at terms[x]; a lane whose x is zero or not finite is unsound, and a negative x adds `a` to what the lane owes.
  sl_reciprocal = 3,
  // The symmetric matrix at y, of order `count`, of which the lower triangle is read, becomes its inverse; its pivots go
  // to x. A lane with a pivot that is zero or not finite is unsound. Negative pivots add `a` each to what the lane owes.
  sl_invert = 4,
  // As sl_invert, but only the pivots are right afterwards.
  sl_factor = 5,
  // y = x a: `count` rows, `x_step` inner, `y_step` columns.
  sl_product = 6,
};

// One step. Places y, x and a count plain numbers, eight for each number of eight lanes, as do the pairs in terms;
// `x_step` and `y_step` count numbers of eight lanes.
typedef struct {
  int32_t code, count;
  int32_t y, y_step;
  int32_t x, x_step;
  int32_t a;
} sl_step;

// A search by L-BFGS for eight functions of `order` parameters.
typedef struct {
  long order;
  // How many steps are remembered at most and used now, in a ring; the newest and the one that comes.
  long history, count, newest, next;
  // How many steps each lane uses.
  const int64_t *windows;
  // The symmetric K that all lanes share, in panels of eight rows, each order × 8 with zeros below the last row; and the
  // scale of a parameter's steps: plain numbers.
  const double *inverse, *length;
  double step_limit;
  double *point, *gradient, *last_gradient, *query, *direction;
  // What K is multiplied by from both sides.
  double *scales;
  // history × order numbers: steps and changes of the gradient; and 1 / Σ step · change, 0 where there is none.
  double *moves, *changes, *curvatures;
  // `history` numbers.
  double *shares;
} sl_search;

typedef struct {
  // Runs a program. A lane that becomes unsound goes on harmlessly; its 64 bits in `unsound` become ones. `debt` has
  // what lanes owe: the number of negative pivots, counted with signs.
  void (*run)(const sl_step *steps, long count, const int32_t *terms, double *memory, double *unsound, int64_t *debt);
  // Adds Σ w x over the rows x of samples. Numbers come in panels, rows × width each, where width is a multiple
  // of 32; of sample s the rows are places[k] and their weights weights[k], k from bounds[2 s] up to bounds[2 s + 1]. Sums
  // are panels × samples × width.
  void (*weigh)(const double *numbers, long rows, long width, long panel_count, const int32_t *places,
                const double *weights, const int64_t *bounds, long samples, double *sums);
  // The newest change of the gradient, zero in lanes without ones in `defined`, and Σ change · move into `product`.
  void (*remember)(const sl_search *search, const int64_t *defined, double *product);
  // New scales for `lanes`: about the root of common / own curvature, where both are positive, and otherwise 1. The common
  // ones are plain numbers.
  void (*rescale)(const sl_search *search, const double *curvatures, const double *common, const int64_t *lanes);
  // The directions of the next steps, and the largest |direction| · length of each lane.
  void (*direct)(const sl_search *search, double *longest);
  // The next points; `active` and `halves` have ones in the lanes that go on and in those that go back by half.
  void (*move)(const sl_search *search, const int64_t *active, const int64_t *halves, const double *longest);
  // The largest |g| · scale, scale a plain number for each; NaN where one is NaN.
  void (*largest)(const double *g, const double *scale, long count, double *result);
} sl_kernels;

// The places of the weights that are not zero, and these weights; memory for one more than there are. Returns how many.
long sl_pick(const double *weights, long rows, int32_t *places, double *picked);

// The kernels of a level, as sk_level.
const sl_kernels *sl_level(int level);

// The kernels in use: set before main.
extern const sl_kernels *sl_active;

static inline void sl_run(const sl_step *steps, long count, const int32_t *terms, double *memory, double *unsound,
                          int64_t *debt) {
  sl_active->run(steps, count, terms, memory, unsound, debt);
}
static inline void sl_weigh(const double *numbers, long rows, long width, long panel_count, const int32_t *places,
                            const double *weights, const int64_t *bounds, long samples, double *sums) {
  sl_active->weigh(numbers, rows, width, panel_count, places, weights, bounds, samples, sums);
}
static inline void sl_remember(const sl_search *search, const int64_t *defined, double *product) {
  sl_active->remember(search, defined, product);
}
static inline void sl_rescale(const sl_search *search, const double *curvatures, const double *common,
                              const int64_t *lanes) {
  sl_active->rescale(search, curvatures, common, lanes);
}
static inline void sl_direct(const sl_search *search, double *longest) { sl_active->direct(search, longest); }
static inline void sl_move(const sl_search *search, const int64_t *active, const int64_t *halves,
                           const double *longest) {
  sl_active->move(search, active, halves, longest);
}
static inline void sl_largest(const double *g, const double *scale, long count, double *result) {
  sl_active->largest(g, scale, count, result);
}

#endif
