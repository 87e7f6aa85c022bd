// Counts this thread's heap allocations, for tests that a loop makes none.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>

/// Whether allocations can be counted here: with glibc, without a sanitizer that replaces malloc itself.
bool allocation_counter_works(void);

/// How many blocks this thread has asked for since it began; 0 where they cannot be counted.
long allocation_count(void);

#endif
