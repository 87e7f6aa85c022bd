// How often this thread has asked for memory; -1 where that is not counted (only glibc's malloc is).
#ifndef C_ALLOCATION_COUNTER_H
#define C_ALLOCATION_COUNTER_H

#include <stdint.h>

int64_t allocation_count(void);

#endif
