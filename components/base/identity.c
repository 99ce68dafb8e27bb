#include "ardoq/identity.h"

#include <stdbool.h>
#include <string.h>

#include "ardoq/value.h"

static const char *const names[ARDOQ_IDENTITY_COUNT] = {
#define ARDOQ_IDENTITY_FIELD(name, what) #name,
#include "ardoq/identity.def"
};

static const uint8_t name_sizes[ARDOQ_IDENTITY_COUNT] = {
#define ARDOQ_IDENTITY_FIELD(name, what) sizeof #name - 1,
#include "ardoq/identity.def"
};

/* The members are an array of pointers at the start of the struct. */
#define ARDOQ_IDENTITY_FIELD(name, what)                                                           \
    _Static_assert(offsetof(ardoq_identity_t, name) ==                                             \
                       ARDOQ_IDENTITY_##name * sizeof(const char *),                               \
                   "a field is at its index");
#include "ardoq/identity.def"

const char *ardoq_identity_name(ardoq_identity_field_t field)
{
    return field < ARDOQ_IDENTITY_COUNT ? names[field] : NULL;
}

const char *ardoq_identity_get(const ardoq_identity_t *identity, ardoq_identity_field_t field)
{
    if (field >= ARDOQ_IDENTITY_COUNT) {
        return NULL;
    }
    const char *text = ((const char *const *)identity)[field];
    return text ? text : "";
}

static bool is_name(unsigned field, const char *text, size_t size)
{
    return name_sizes[field] == size && memcmp(names[field], text, size) == 0;
}

ardoq_identity_field_t ardoq_identity_find(const char *name, size_t name_size)
{
    unsigned field = 0;
    while (field < ARDOQ_IDENTITY_COUNT && !is_name(field, name, name_size)) {
        field++;
    }
    return (ardoq_identity_field_t)field;
}

ardoq_err_t ardoq_identity_set(ardoq_identity_t *identity, ardoq_identity_field_t field,
                               const char *text)
{
    if (field >= ARDOQ_IDENTITY_COUNT) {
        return ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN;
    }
    ((const char **)identity)[field] = text;
    return ARDOQ_OK;
}

ardoq_err_t ardoq_identity_keep(ardoq_identity_t *identity, ardoq_identity_field_t field,
                                const char *text)
{
    size_t length;
    text = ardoq_value_trim(text, &length);
    const size_t size = length + 1;
    if (identity->used + size > sizeof identity->storage) {
        identity->used = sizeof identity->storage + 1;
        return ARDOQ_ERR_IDENTITY_FULL;
    }
    char *copy = identity->storage + identity->used;
    identity->used = (uint16_t)(identity->used + size);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return ardoq_identity_set(identity, field, copy);
}
