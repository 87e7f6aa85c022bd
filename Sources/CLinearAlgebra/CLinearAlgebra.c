#include "CLinearAlgebra.h"

#include <pthread.h>
#include <stddef.h>

#if defined(__APPLE__)
// ---- Accelerate: no hidden string lengths. ----
#include <Accelerate/Accelerate.h>
#define CALL(statement) statement
#define LENGTHS(...)
typedef __LAPACK_int f_int;
const char *la_vendor(void) { return "Accelerate"; }
int la_is_serialized(void) { return 0; }
#else
// ---- Netlib's ABI: Debian's alternatives decide which library stands behind it. ----
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

// Present only when OpenBLAS stands behind the alternatives.
extern void openblas_set_num_threads(int) __attribute__((weak));
extern int openblas_get_parallel(void) __attribute__((weak));
extern char *openblas_get_config(void) __attribute__((weak));

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int serialized = 0;

// We run one BLAS thread inside our own parallel code. OpenBLAS's serial build has no locks and gives wrong numbers
// when two threads call it, so there each call takes ours.
static void prepare(void) {
  if (openblas_set_num_threads) openblas_set_num_threads(1);
  if (openblas_get_parallel && openblas_get_parallel() == 0) serialized = 1;
}
static void enter(void) {
  pthread_once(&once, prepare);
  if (serialized) pthread_mutex_lock(&lock);
}
static void leave(void) {
  if (serialized) pthread_mutex_unlock(&lock);
}
#define CALL(statement) \
  do { enter(); statement; leave(); } while (0)

const char *la_vendor(void) {
  pthread_once(&once, prepare);
  return openblas_get_config ? openblas_get_config() : "reference or unknown";
}
int la_is_serialized(void) {
  pthread_once(&once, prepare);
  return serialized;
}
#endif

la_int la_potrf(char uplo, la_int n, double *a, la_int lda) {
  f_int info = 0, n_ = n, lda_ = lda;
  CALL(dpotrf_(&uplo, &n_, a, &lda_, &info LENGTHS(1)));
  return (la_int)info;
}
la_int la_potri(char uplo, la_int n, double *a, la_int lda) {
  f_int info = 0, n_ = n, lda_ = lda;
  CALL(dpotri_(&uplo, &n_, a, &lda_, &info LENGTHS(1)));
  return (la_int)info;
}
la_int la_getrf(la_int m, la_int n, double *a, la_int lda, la_int *pivots) {
  f_int info = 0, m_ = m, n_ = n, lda_ = lda;
  CALL(dgetrf_(&m_, &n_, a, &lda_, (f_int *)pivots, &info));
  return (la_int)info;
}
la_int la_getri(la_int n, double *a, la_int lda, const la_int *pivots, double *work, la_int lwork) {
  f_int info = 0, n_ = n, lda_ = lda, lwork_ = lwork;
  CALL(dgetri_(&n_, a, &lda_, (f_int *)pivots, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_getrs(char trans, la_int n, la_int nrhs, const double *a, la_int lda, const la_int *pivots, double *b,
                la_int ldb) {
  f_int info = 0, n_ = n, nrhs_ = nrhs, lda_ = lda, ldb_ = ldb;
  CALL(dgetrs_(&trans, &n_, &nrhs_, (double *)a, &lda_, (f_int *)pivots, b, &ldb_, &info LENGTHS(1)));
  return (la_int)info;
}
la_int la_geqp3(la_int m, la_int n, double *a, la_int lda, la_int *pivots, double *tau, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, lda_ = lda, lwork_ = lwork;
  CALL(dgeqp3_(&m_, &n_, a, &lda_, (f_int *)pivots, tau, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_geqrf(la_int m, la_int n, double *a, la_int lda, double *tau, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, lda_ = lda, lwork_ = lwork;
  CALL(dgeqrf_(&m_, &n_, a, &lda_, tau, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_orgqr(la_int m, la_int n, la_int k, double *a, la_int lda, const double *tau, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, k_ = k, lda_ = lda, lwork_ = lwork;
  CALL(dorgqr_(&m_, &n_, &k_, a, &lda_, (double *)tau, work, &lwork_, &info));
  return (la_int)info;
}
la_int la_ormqr(char side, char trans, la_int m, la_int n, la_int k, const double *a, la_int lda, const double *tau,
                double *c, la_int ldc, double *work, la_int lwork) {
  f_int info = 0, m_ = m, n_ = n, k_ = k, lda_ = lda, ldc_ = ldc, lwork_ = lwork;
  CALL(dormqr_(&side, &trans, &m_, &n_, &k_, (double *)a, &lda_, (double *)tau, c, &ldc_, work, &lwork_,
               &info LENGTHS(1, 1)));
  return (la_int)info;
}
la_int la_syevd(char jobz, char uplo, la_int n, double *a, la_int lda, double *w, double *work, la_int lwork,
                la_int *iwork, la_int liwork) {
  f_int info = 0, n_ = n, lda_ = lda, lwork_ = lwork, liwork_ = liwork;
  CALL(dsyevd_(&jobz, &uplo, &n_, a, &lda_, w, work, &lwork_, (f_int *)iwork, &liwork_, &info LENGTHS(1, 1)));
  return (la_int)info;
}
void la_gemm(char transa, char transb, la_int m, la_int n, la_int k, double alpha, const double *a, la_int lda,
             const double *b, la_int ldb, double beta, double *c, la_int ldc) {
  f_int m_ = m, n_ = n, k_ = k, lda_ = lda, ldb_ = ldb, ldc_ = ldc;
  CALL(dgemm_(&transa, &transb, &m_, &n_, &k_, &alpha, a, &lda_, b, &ldb_, &beta, c, &ldc_ LENGTHS(1, 1)));
}
void la_syrk(char uplo, char trans, la_int n, la_int k, double alpha, const double *a, la_int lda, double beta,
             double *c, la_int ldc) {
  f_int n_ = n, k_ = k, lda_ = lda, ldc_ = ldc;
  CALL(dsyrk_(&uplo, &trans, &n_, &k_, &alpha, a, &lda_, &beta, c, &ldc_ LENGTHS(1, 1)));
}
void la_trsm(char side, char uplo, char trans, char diag, la_int m, la_int n, double alpha, const double *a,
             la_int lda, double *b, la_int ldb) {
  f_int m_ = m, n_ = n, lda_ = lda, ldb_ = ldb;
  CALL(dtrsm_(&side, &uplo, &trans, &diag, &m_, &n_, &alpha, a, &lda_, b, &ldb_ LENGTHS(1, 1, 1, 1)));
}
void la_symm(char side, char uplo, la_int m, la_int n, double alpha, const double *a, la_int lda, const double *b,
             la_int ldb, double beta, double *c, la_int ldc) {
  f_int m_ = m, n_ = n, lda_ = lda, ldb_ = ldb, ldc_ = ldc;
  CALL(dsymm_(&side, &uplo, &m_, &n_, &alpha, a, &lda_, b, &ldb_, &beta, c, &ldc_ LENGTHS(1, 1)));
}
