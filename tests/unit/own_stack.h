/*
 * A stack that can be searched afterwards, because data that a function leaves there stays in a
 * device's memory.
 */
#ifndef ARDOQ_OWN_STACK_H
#define ARDOQ_OWN_STACK_H

#include <stdbool.h>

/* Runs a function on a separate stack filled with non-zero bytes. No assertion may fail in it: it
 * would leave the stack. */
void own_stack_run(void (*function)(void));

/* True if @p text is on the stack of the last function. */
bool own_stack_holds(const char *text);

#endif
