/* What every proof needs. A proof is a function without parameters; CBMC tries all values of
 * everything that is not determined. */
#ifndef ARDOQ_PROOF_H
#define ARDOQ_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Any value of the type: CBMC knows functions of these names. */
bool nondet_bool(void);
char nondet_char(void);
int nondet_int(void);
uint8_t nondet_uint8(void);
uint32_t nondet_uint32(void);
int64_t nondet_int64(void);
uint64_t nondet_uint64(void);
size_t nondet_size(void);

#define ASSUME(condition) __CPROVER_assume(condition)
#define PROVE(condition)  __CPROVER_assert(condition, #condition)

/* Must be reached, or the assumptions before it leave nothing to prove: prove.py demands that this
 * assertion fails. */
#define REACHED(what)     __CPROVER_assert(false, "reached: " what)

static inline size_t any_size_up_to(size_t max)
{
    const size_t size = nondet_size();
    ASSUME(size <= max);
    return size;
}

/* Memory of exactly this size, of any contents. */
static inline char *any_bytes(size_t size)
{
    char *const bytes = malloc(size);
    ASSUME(bytes != NULL);
    return bytes;
}

/* Any text of so many characters, none of them NUL, and its NUL. */
static inline char *any_text(size_t length)
{
    char *const text = any_bytes(length + 1);
    for (size_t i = 0; i < length; i++) {
        ASSUME(text[i] != '\0');
    }
    text[length] = '\0';
    return text;
}

#endif
