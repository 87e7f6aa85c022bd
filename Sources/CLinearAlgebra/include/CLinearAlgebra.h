// The only code that knows the LAPACK and BLAS vendor. Column-major, 32-bit integers inside, Fortran's hidden string
// lengths added once. Each la_* function returns LAPACK's `info`: < 0 is a bug of the caller, > 0 is about the data.
#ifndef C_LINEAR_ALGEBRA_H
#define C_LINEAR_ALGEBRA_H

#include <stddef.h>
#include <stdint.h>

#include "LaneKernels.h"
#include "Philox.h"
#include "SmallKernels.h"

typedef int32_t la_int;

la_int la_potrf(char uplo, la_int n, double *a, la_int lda);
la_int la_potri(char uplo, la_int n, double *a, la_int lda);
la_int la_getrf(la_int m, la_int n, double *a, la_int lda, la_int *pivots);
la_int la_getri(la_int n, double *a, la_int lda, const la_int *pivots, double *work, la_int lwork);
la_int la_getrs(char trans, la_int n, la_int nrhs, const double *a, la_int lda, const la_int *pivots, double *b,
                la_int ldb);
la_int la_geqp3(la_int m, la_int n, double *a, la_int lda, la_int *pivots, double *tau, double *work, la_int lwork);
la_int la_geqrf(la_int m, la_int n, double *a, la_int lda, double *tau, double *work, la_int lwork);
la_int la_orgqr(la_int m, la_int n, la_int k, double *a, la_int lda, const double *tau, double *work, la_int lwork);
la_int la_ormqr(char side, char trans, la_int m, la_int n, la_int k, const double *a, la_int lda, const double *tau,
                double *c, la_int ldc, double *work, la_int lwork);
la_int la_syevd(char jobz, char uplo, la_int n, double *a, la_int lda, double *w, double *work, la_int lwork,
                la_int *iwork, la_int liwork);

void la_gemm(char transa, char transb, la_int m, la_int n, la_int k, double alpha, const double *a, la_int lda,
             const double *b, la_int ldb, double beta, double *c, la_int ldc);
void la_syrk(char uplo, char trans, la_int n, la_int k, double alpha, const double *a, la_int lda, double beta,
             double *c, la_int ldc);
void la_trsm(char side, char uplo, char trans, char diag, la_int m, la_int n, double alpha, const double *a,
             la_int lda, double *b, la_int ldb);
void la_symm(char side, char uplo, la_int m, la_int n, double alpha, const double *a, la_int lda, const double *b,
             la_int ldb, double beta, double *c, la_int ldc);

/// The vendor's name and build, as far as it tells ("OpenBLAS 0.3.21 ...", "reference or unknown", "Accelerate").
const char *la_vendor(void);
/// 1 if calls are serialised because the library's build is unsafe under threads (OpenBLAS without locking).
int la_is_serialized(void);

/// Lets the C library keep up to 2 MB of freed memory for the next workspace. glibc gives all above 128 KB back to the
/// system at each `free`, so that every fit of 30 indicators would fetch its pages anew: 30 % of its time. One block of
/// 1 MB, freed, makes glibc raise that limit by itself; limits set by the user (MALLOC_TRIM_THRESHOLD_) stay.
void la_keep_heap(void);

/// One number by C's `snprintf`, whose variable arguments cost Swift four searches for conformances at their first use.
int la_print(char *text, size_t room, const char *format, double value);

#endif
