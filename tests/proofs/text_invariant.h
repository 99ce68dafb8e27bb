/* What holds of a bounded text after every call. */
#ifndef ARDOQ_TEXT_INVARIANT_H
#define ARDOQ_TEXT_INVARIANT_H

#include "ardoq/text.h"
#include "proof.h"

static inline bool text_invariant(const ardoq_text_t *text)
{
    return text->full < 0 && text->skip == 0 && text->size > 0 && text->length < text->size &&
           text->data[text->length] == '\0' && text->err <= 0;
}

/* Any text that is under construction in memory of exactly its size. */
static inline ardoq_text_t any_written_text(size_t size_max)
{
    ardoq_text_t text = {.size = any_size_up_to(size_max), .full = nondet_int()};
    ASSUME(text.size > 0);
    text.data = any_bytes(text.size);
    text.length = any_size_up_to(text.size - 1);
    text.err = nondet_int();
    ASSUME(text_invariant(&text));
    return text;
}

/* Any text that is under construction at the end of @p memory, so that a byte behind it is out of
 * bounds. Memory of a fixed size is much less work for CBMC. */
static inline ardoq_text_t any_text_at_end(char *memory, size_t memory_size)
{
    ardoq_text_t text = {
        .size = any_size_up_to(memory_size), .full = nondet_int(), .err = nondet_int()};
    ASSUME(text.size > 0);
    text.data = memory + (memory_size - text.size);
    text.length = any_size_up_to(text.size - 1);
    ASSUME(text_invariant(&text));
    return text;
}

#endif
