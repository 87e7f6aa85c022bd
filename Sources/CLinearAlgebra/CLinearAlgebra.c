#include "CLinearAlgebra.h"

#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__APPLE__)
// ---- Accelerate: no hidden string lengths. ----
#include <Accelerate/Accelerate.h>
#define CALL(routine, arguments) routine##_ arguments
#define LENGTHS(...)
typedef __LAPACK_int f_int;
const char *la_vendor(void) { return "Accelerate"; }
int la_is_serialized(void) { return 0; }
#else
// ---- Netlib's ABI: the system decides which library stands behind it (Debian's alternatives). ----
// It is loaded at the first call: small models need none, and OpenBLAS takes 3 ms to start its threads.
#include <dlfcn.h>

typedef int32_t f_int;
#define LENGTHS(...) , __VA_ARGS__

extern void dpotrf_(const char *, const f_int *, double *, const f_int *, f_int *, size_t);
extern void dpotri_(const char *, const f_int *, double *, const f_int *, f_int *, size_t);
extern void dgetrf_(const f_int *, const f_int *, double *, const f_int *, f_int *, f_int *);
extern void dgetri_(const f_int *, double *, const f_int *, const f_int *, double *, const f_int *, f_int *);
extern void dgetrs_(const char *, const f_int *, const f_int *, const double *, const f_int *, const f_int *, double *,
                    const f_int *, f_int *, size_t);
extern void dgeqp3_(const f_int *, const f_int *, double *, const f_int *, f_int *, double *, double *, const f_int *,
                    f_int *);
extern void dgeqrf_(const f_int *, const f_int *, double *, const f_int *, double *, double *, const f_int *, f_int *);
extern void dorgqr_(const f_int *, const f_int *, const f_int *, double *, const f_int *, const double *, double *,
                    const f_int *, f_int *);
extern void dormqr_(const char *, const char *, const f_int *, const f_int *, const f_int *, const double *,
                    const f_int *, const double *, double *, const f_int *, double *, const f_int *, f_int *, size_t,
                    size_t);
extern void dsyevd_(const char *, const char *, const f_int *, double *, const f_int *, double *, double *,
                    const f_int *, f_int *, const f_int *, f_int *, size_t, size_t);
extern void dgemm_(const char *, const char *, const f_int *, const f_int *, const f_int *, const double *,
                   const double *, const f_int *, const double *, const f_int *, const double *, double *,
                   const f_int *, size_t, size_t);
extern void dsyrk_(const char *, const char *, const f_int *, const f_int *, const double *, const double *,
                   const f_int *, const double *, double *, const f_int *, size_t, size_t);
extern void dtrsm_(const char *, const char *, const char *, const char *, const f_int *, const f_int *,
                   const double *, const double *, const f_int *, double *, const f_int *, size_t, size_t, size_t,
                   size_t);
extern void dsymm_(const char *, const char *, const f_int *, const f_int *, const double *, const double *,
                   const f_int *, const double *, const f_int *, const double *, double *, const f_int *, size_t,
                   size_t);

#define EACH_LAPACK(X) \
  X(dpotrf) X(dpotri) X(dgetrf) X(dgetri) X(dgetrs) X(dgeqp3) X(dgeqrf) X(dorgqr) X(dormqr) X(dsyevd)
#define EACH_BLAS(X) X(dgemm) X(dsyrk) X(dtrsm) X(dsymm)

// The declarations above give the types; `call_dgemm` is where dgemm_ was found.
#define POINTER(name) static __typeof__(name##_) *call_##name;
EACH_LAPACK(POINTER)
EACH_BLAS(POINTER)

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int serialized = 0;

static char *(*get_config)(void) = NULL;

// The names under which distributions keep the two; OpenBLAS alone holds both.
static const char *const lapack_names[] = {"liblapack.so.3", "liblapack.so", "libopenblas.so.0", NULL};
static const char *const blas_names[] = {"libblas.so.3", "libblas.so", "libopenblas.so.0", NULL};

static void *load(const char *const *names) {
  for (; *names; names++) {
    void *library = dlopen(*names, RTLD_LAZY);
    if (library) return library;
  }
  return NULL;
}

// As the loader would at the start of the process, but it says what to do.
static void give_up(const char *missing) {
  fprintf(stderr,
          "error: this needs %s, which is not on this machine.\n"
          "hint: Install LAPACK and BLAS, such as Debian's libopenblas0 or Fedora's lapack and blas.\n",
          missing);
  exit(127);
}

// A routine of one library or else of the other.
static void *find(void *library, void *other, const char *name) {
  void *routine = dlsym(library, name);
  return routine ? routine : dlsym(other, name);
}

// We run one BLAS thread inside our own parallel code. OpenBLAS's serial build has no locks and gives wrong numbers
// when two threads call it, so there each call takes ours.
static void prepare(void) {
  void *lapack = load(lapack_names), *blas = load(blas_names);
  if (!lapack) give_up("LAPACK (liblapack.so.3)");
  if (!blas) give_up("BLAS (libblas.so.3)");
#define FIND(library, other, name) \
  if (!(call_##name = (__typeof__(name##_) *)find(library, other, #name "_"))) give_up("the routine " #name);
#define FIND_LAPACK(name) FIND(lapack, blas, name)
#define FIND_BLAS(name) FIND(blas, lapack, name)
  EACH_LAPACK(FIND_LAPACK)
  EACH_BLAS(FIND_BLAS)
  // Extensions of OpenBLAS.
  void (*set_threads)(int) = (void (*)(int))find(blas, lapack, "openblas_set_num_threads");
  int (*get_parallel)(void) = (int (*)(void))find(blas, lapack, "openblas_get_parallel");
  get_config = (char *(*)(void))find(blas, lapack, "openblas_get_config");
  if (set_threads) set_threads(1);
  if (get_parallel && get_parallel() == 0) serialized = 1;
}
static void enter(void) {
  pthread_once(&once, prepare);
  if (serialized) pthread_mutex_lock(&lock);
}
static void leave(void) {
  if (serialized) pthread_mutex_unlock(&lock);
}
#define CALL(routine, arguments) \
  do { enter(); call_##routine arguments; leave(); } while (0)

const char *la_vendor(void) {
  pthread_once(&once, prepare);
  return get_config ? get_config() : "reference or unknown";
}
int la_is_serialized(void) {
  pthread_once(&once, prepare);
  return serialized;
}
#endif

la_int la_potrf(char uplo, la_int n, double *a, la_int lda) {
  f_int info = 0, n_ = n, lda_ = lda;
  CALL(dpotrf, (&uplo, &n_, a, &lda_, &info LENGTHS(1)));
  return (la_int)info;
}
la_int la_potri(char uplo, la_int n, double *a, la_int lda) {
  f_int info = 0, n_ = n, lda_ = lda;
  CALL(dpotri, (&uplo, &n_, a, &lda_, &info LENGTHS(1)));
  return (la_int)info;
}
la_int la_getrf(la_int m, la_int n, double *a, la_int lda, la_int *pivots) {
  f_int info = 0, m_ = m, n_ = n, lda_ = lda;
  CALL(dgetrf, (&m_, &n_, a, &lda_, (f_int *)pivots, &info));
  return (la_int)info;
}
la_int la_getri(la_int n, double *a, la_int lda, const la_int *pivots, double *work, la_int lwork) {
  f_int info = 0, n_ = n, lda_ = lda, lwork_ = lwork;
  CALL(dgetri, (&n_, a, &lda_, (f_int *)pivots, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_getrs(char trans, la_int n, la_int nrhs, const double *a, la_int lda, const la_int *pivots, double *b,
                la_int ldb) {
  f_int info = 0, n_ = n, nrhs_ = nrhs, lda_ = lda, ldb_ = ldb;
  CALL(dgetrs, (&trans, &n_, &nrhs_, (double *)a, &lda_, (f_int *)pivots, b, &ldb_, &info LENGTHS(1)));
  return (la_int)info;
}
la_int la_geqp3(la_int m, la_int n, double *a, la_int lda, la_int *pivots, double *tau, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, lda_ = lda, lwork_ = lwork;
  CALL(dgeqp3, (&m_, &n_, a, &lda_, (f_int *)pivots, tau, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_geqrf(la_int m, la_int n, double *a, la_int lda, double *tau, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, lda_ = lda, lwork_ = lwork;
  CALL(dgeqrf, (&m_, &n_, a, &lda_, tau, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_orgqr(la_int m, la_int n, la_int k, double *a, la_int lda, const double *tau, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, k_ = k, lda_ = lda, lwork_ = lwork;
  CALL(dorgqr, (&m_, &n_, &k_, a, &lda_, (double *)tau, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_ormqr(char side, char trans, la_int m, la_int n, la_int k, const double *a, la_int lda, const double *tau,
                double *c, la_int ldc, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, k_ = k, lda_ = lda, ldc_ = ldc, lwork_ = lwork;
  CALL(dormqr, (&side, &trans, &m_, &n_, &k_, (double *)a, &lda_, (double *)tau, c, &ldc_, work, &lwork_,
               &info LENGTHS(1, 1)));
  return (la_int)info;
}
la_int la_syevd(char jobz, char uplo, la_int n, double *a, la_int lda, double *w, double *work, la_int lwork,
                la_int *iwork, la_int liwork) {
  f_int info = 0, n_ = n, lda_ = lda, lwork_ = lwork, liwork_ = liwork;
  CALL(dsyevd, (&jobz, &uplo, &n_, a, &lda_, w, work, &lwork_, (f_int *)iwork, &liwork_, &info LENGTHS(1, 1)));
  return (la_int)info;
}
void la_gemm(char transa, char transb, la_int m, la_int n, la_int k, double alpha, const double *a, la_int lda,
             const double *b, la_int ldb, double beta, double *c, la_int ldc) {
  f_int m_ = m, n_ = n, k_ = k, lda_ = lda, ldb_ = ldb, ldc_ = ldc;
  CALL(dgemm, (&transa, &transb, &m_, &n_, &k_, &alpha, a, &lda_, b, &ldb_, &beta, c, &ldc_ LENGTHS(1, 1)));
}
void la_syrk(char uplo, char trans, la_int n, la_int k, double alpha, const double *a, la_int lda, double beta,
             double *c, la_int ldc) {
  f_int n_ = n, k_ = k, lda_ = lda, ldc_ = ldc;
  CALL(dsyrk, (&uplo, &trans, &n_, &k_, &alpha, a, &lda_, &beta, c, &ldc_ LENGTHS(1, 1)));
}
void la_trsm(char side, char uplo, char trans, char diag, la_int m, la_int n, double alpha, const double *a,
             la_int lda, double *b, la_int ldb) {
  f_int m_ = m, n_ = n, lda_ = lda, ldb_ = ldb;
  CALL(dtrsm, (&side, &uplo, &trans, &diag, &m_, &n_, &alpha, a, &lda_, b, &ldb_ LENGTHS(1, 1, 1, 1)));
}
void la_symm(char side, char uplo, la_int m, la_int n, double alpha, const double *a, la_int lda, const double *b,
             la_int ldb, double beta, double *c, la_int ldc) {
  f_int m_ = m, n_ = n, lda_ = lda, ldb_ = ldb, ldc_ = ldc;
  CALL(dsymm, (&side, &uplo, &m_, &n_, &alpha, a, &lda_, b, &ldb_, &beta, c, &ldc_ LENGTHS(1, 1)));
}

void la_keep_heap(void) {
#if defined(__GLIBC__)
  // volatile: else the pair would be optimised away.
  void *volatile block = malloc((size_t)1 << 20);
  free(block);
#endif
}

int la_print(char *text, size_t room, const char *format, double value) {
  return snprintf(text, room, format, value);
}
