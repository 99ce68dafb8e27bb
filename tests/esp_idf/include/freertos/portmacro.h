#ifndef TESTS_FREERTOS_PORTMACRO_H
#define TESTS_FREERTOS_PORTMACRO_H

#include <limits.h>
#include <stdint.h>

#ifdef CONFIG_IDF_TARGET_LINUX

typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef unsigned long TickType_t;
#define portMAX_DELAY (TickType_t) ULONG_MAX

#else

typedef int BaseType_t;
typedef unsigned int UBaseType_t;
typedef uint32_t TickType_t;
#define portMAX_DELAY (TickType_t)0xffffffffUL

#endif

#endif
