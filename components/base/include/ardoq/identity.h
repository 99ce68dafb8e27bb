/**
 * @file
 * The identity of a device: texts, each optional but the serial number. The fields stand in
 * identity.def.
 */
#ifndef ARDOQ_IDENTITY_H
#define ARDOQ_IDENTITY_H

#include <stddef.h>

#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/** NUL-terminated UTF-8 texts; an empty one is not reported. Zero-initialise, then fill. */
typedef struct {
#define ARDOQ_IDENTITY_FIELD(name, size, what) char name[size];
#include "ardoq/identity.def"
#undef ARDOQ_IDENTITY_FIELD
} ardoq_identity_t;

/** Numbers of the fields, in the order of identity.def. */
typedef enum {
#define ARDOQ_IDENTITY_FIELD(name, size, what) ARDOQ_IDENTITY_##name,
#include "ardoq/identity.def"
#undef ARDOQ_IDENTITY_FIELD
    ARDOQ_IDENTITY_COUNT
} ardoq_identity_field_t;

/** Name of a field, such as "firmware_version"; static text, null past the last field. */
const char *ardoq_identity_name(ardoq_identity_field_t field);

/** Value of a field: text inside @p identity, never null for a valid field. */
const char *ardoq_identity_get(const ardoq_identity_t *identity, ardoq_identity_field_t field);

/**
 * Finds a field by its name, which need not be NUL-terminated.
 * @return the field, or ARDOQ_IDENTITY_COUNT when there is none of this name.
 */
ardoq_identity_field_t ardoq_identity_find(const char *name, size_t name_size);

/**
 * Sets one field.
 * @param identity  changed only on success
 * @param field     one of the list
 * @param value     NUL-terminated UTF-8; "" leaves the field out of the report
 * @return ARDOQ_OK, ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN or ARDOQ_ERR_IDENTITY_FIELD_TOO_LONG.
 */
ardoq_err_t ardoq_identity_set(ardoq_identity_t *identity, ardoq_identity_field_t field,
                               const char *value);

#ifdef __cplusplus
}
#endif

#endif
