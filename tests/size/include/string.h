/* The functions of the freestanding part of <string.h> that the core may call, for a compiler that
 * comes without a C library. Declarations alone: nothing is linked. */
#ifndef ARDOQ_SIZE_STRING_H
#define ARDOQ_SIZE_STRING_H

#include <stddef.h>

void *memchr(const void *data, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memcpy(void *to, const void *from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *data, int byte, size_t size);
char *strchr(const char *text, int c);
int strcmp(const char *a, const char *b);
size_t strcspn(const char *text, const char *set);
size_t strlen(const char *text);
int strncmp(const char *a, const char *b, size_t size);
char *strrchr(const char *text, int c);
size_t strspn(const char *text, const char *set);
char *strstr(const char *text, const char *wanted);

#endif
