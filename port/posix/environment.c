#define _GNU_SOURCE 1 /* environ, secure_getenv() */

#include "environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ardoq/value.h"

#define PREFIX   "ARDOQ_"
#define OBSOLETE "key_"
#define OF_GUIDE "API_" /* part of the names of host and token in Ardoq's guide */

#ifndef __linux__ /* on other hosts of ESP-IDF's simulator */
extern char **environ;
#define secure_getenv getenv
#endif

enum { PREFIX_SIZE = sizeof PREFIX - 1, OF_GUIDE_SIZE = sizeof OF_GUIDE - 1 };

/* Converts capitals to small letters. @return false for characters that no key has */
static bool to_key(const char *name, size_t size, char key[ARDOQ_PORT_KEY_MAX + 1])
{
    if (size == 0 || size > ARDOQ_PORT_KEY_MAX) {
        return false;
    }
    for (size_t i = 0; i < size; i++) {
        const bool is_letter = name[i] >= 'A' && name[i] <= 'Z';
        if (!is_letter && !(name[i] >= '0' && name[i] <= '9') && name[i] != '_') {
            return false;
        }
        key[i] = is_letter ? (char)(name[i] - 'A' + 'a') : name[i];
    }
    key[size] = '\0';
    return true;
}

/* Every setting has only one variable, so ARDOQ_HOST is ignored. */
static bool is_variable(const char *entry, size_t size, char key[ARDOQ_PORT_KEY_MAX + 1])
{
    if (size < PREFIX_SIZE || memcmp(entry, PREFIX, PREFIX_SIZE) != 0) {
        return false;
    }
    const char *name = entry + PREFIX_SIZE;
    const bool has_of_guide = strncmp(name, OF_GUIDE, OF_GUIDE_SIZE) == 0;
    name += has_of_guide ? OF_GUIDE_SIZE : 0;
    return to_key(name, size - (size_t)(name - entry), key) &&
           has_of_guide == (strcmp(key, "host") == 0 || strcmp(key, "token") == 0);
}

/* An empty variable counts as unset, because scripts and service managers write it like this.
 * Except those of earlier versions, where an empty one meant that a field is not reported. */
static bool counts(const char *key, const char *value)
{
    size_t size;
    if (!value) {
        return false;
    }
    (void)ardoq_value_trim(value, &size);
    return size > 0 || strncmp(key, OBSOLETE, sizeof OBSOLETE - 1) == 0;
}

ardoq_err_t ardoq_posix_environment_each(ardoq_port_store_value_t on_value, void *context)
{
    ardoq_err_t err = ARDOQ_OK;
    for (char **entry = environ; !err && entry && *entry; entry++) {
        char key[ARDOQ_PORT_KEY_MAX + 1];
        const size_t size = strcspn(*entry, "=");
        if (is_variable(*entry, size, key)) {
            char variable[PREFIX_SIZE + sizeof key] = ""; /* those in the guide are shorter */
            memcpy(variable, *entry, size);
            const char *value = secure_getenv(variable);
            err = counts(key, value) ? on_value(context, key, value) : ARDOQ_OK;
        }
    }
    return err;
}
