#include "ardoq/identity.h"

#include <stdint.h>
#include <string.h>

typedef struct {
    const char *name;
    uint16_t offset;
    uint16_t size;
} field_t;

static const field_t fields[ARDOQ_IDENTITY_COUNT] = {
#define ARDOQ_IDENTITY_FIELD(name, size, what) {#name, offsetof(ardoq_identity_t, name), size},
#include "ardoq/identity.def"
#undef ARDOQ_IDENTITY_FIELD
};

const char *ardoq_identity_name(ardoq_identity_field_t field)
{
    return field < ARDOQ_IDENTITY_COUNT ? fields[field].name : NULL;
}

const char *ardoq_identity_get(const ardoq_identity_t *identity, ardoq_identity_field_t field)
{
    return field < ARDOQ_IDENTITY_COUNT ? (const char *)identity + fields[field].offset : NULL;
}

ardoq_identity_field_t ardoq_identity_find(const char *name, size_t name_size)
{
    unsigned field = 0;
    while (field < ARDOQ_IDENTITY_COUNT && (strlen(fields[field].name) != name_size ||
                                            memcmp(fields[field].name, name, name_size) != 0)) {
        field++;
    }
    return (ardoq_identity_field_t)field;
}

ardoq_err_t ardoq_identity_set(ardoq_identity_t *identity, ardoq_identity_field_t field,
                               const char *value)
{
    if (field >= ARDOQ_IDENTITY_COUNT) {
        return ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN;
    }
    const size_t size = strlen(value) + 1;
    if (size > fields[field].size) {
        return ARDOQ_ERR_IDENTITY_FIELD_TOO_LONG;
    }
    memcpy((char *)identity + fields[field].offset, value, size);
    return ARDOQ_OK;
}
