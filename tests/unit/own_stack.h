/*
 * A stack that can be searched afterwards: what a function leaves there stays in a device's memory
 * as well.
 */
#ifndef ARDOQ_OWN_STACK_H
#define ARDOQ_OWN_STACK_H

#include <stdbool.h>

/* Runs a function to its end on a stack of its own, on which nothing is zero. No assertion may fail
 * there: it would leave the stack. */
void own_stack_run(void (*function)(void));

/* True when @p text stands where the last function had its stack. */
bool own_stack_holds(const char *text);

#endif
