#include "own_stack.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_SIZE = 2 * 1024 * 1024 };

static _Alignas(4096) char stack[STACK_SIZE];

static void *call(void *function)
{
    (*(void (**)(void))function)();
    return NULL;
}

void own_stack_run(void (*function)(void))
{
    pthread_attr_t attributes;
    pthread_t thread;
    memset(stack, '#', sizeof stack);
    if (pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setstack(&attributes, stack, sizeof stack) != 0 ||
        pthread_create(&thread, &attributes, call, &function) != 0 ||
        pthread_join(thread, NULL) != 0) {
        abort();
    }
    pthread_attr_destroy(&attributes);
}

bool own_stack_holds(const char *text)
{
    return memmem(stack, sizeof stack, text, strlen(text)) != NULL;
}
