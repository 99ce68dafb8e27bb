/* Functions of <string.h> that CBMC has no model of. Each reads no further than the standard lets
 * it, so that a caller's mistake shows as an access out of bounds. */
#include <stdint.h>
#include <string.h>

void *memchr(const void *memory, int c, size_t size)
{
    const unsigned char *const bytes = memory;
    __CPROVER_precondition(memory != NULL, "memchr of memory that is there");
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] == (unsigned char)(c & 0xff)) {
            return (void *)(bytes + i);
        }
    }
    return NULL;
}

size_t strcspn(const char *text, const char *set)
{
    size_t length = 0;
    while (text[length] != '\0' && strchr(set, text[length]) == NULL) {
        length++;
    }
    return length;
}

size_t strspn(const char *text, const char *set)
{
    size_t length = 0;
    while (text[length] != '\0' && strchr(set, text[length]) != NULL) {
        length++;
    }
    return length;
}

char *strstr(const char *text, const char *part)
{
    const size_t size = strlen(part);
    for (; *text != '\0'; text++) {
        if (strncmp(text, part, size) == 0) {
            return (char *)text;
        }
    }
    return size == 0 ? (char *)text : NULL;
}
