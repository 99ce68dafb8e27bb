/**
 * @file
 * The identity of a device: texts, all optional except the serial number. identity.def lists the
 * fields.
 */
#ifndef ARDOQ_IDENTITY_H
#define ARDOQ_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

#include "ardoq/build_config.h"
#include "ardoq/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * NUL-terminated UTF-8 texts, borrowed, following the rules of ardoq/value.h; null or "" is not
 * reported. Zero-initialise, then fill:
 *
 *     identity.model = "Pump controller 2";
 *
 * Texts that are built at run time are stored inside, so a copy of the struct still points into the
 * original.
 */
typedef struct {
/** @cond private */
#define ARDOQ_IDENTITY_FIELD(name, what) const char *name;
#include "ardoq/identity.def"
    uint16_t used; /* bytes of the storage in use; more than its size: something did not fit */
    char storage[ARDOQ_IDENTITY_SIZE];
    /** @endcond */
} ardoq_identity_t;

/** The same without storage, for what a program sets itself: borrowed texts, null if not set. */
typedef struct {
/** @cond private */
#define ARDOQ_IDENTITY_FIELD(name, what) const char *name;
#include "ardoq/identity.def"
    /** @endcond */
} ardoq_identity_texts_t;

/** Numbers of the fields, in the order of identity.def. */
typedef enum {
#define ARDOQ_IDENTITY_FIELD(name, what) ARDOQ_IDENTITY_##name,
#include "ardoq/identity.def"
    ARDOQ_IDENTITY_COUNT
} ardoq_identity_field_t;

/** Name of a field, such as "firmware_version"; static text, null past the last field. */
const char *ardoq_identity_name(ardoq_identity_field_t field);

/** Value of a field: "" if it is not reported; null past the last field. */
const char *ardoq_identity_get(const ardoq_identity_t *identity, ardoq_identity_field_t field);

/**
 * Finds a field by its name, which need not be NUL-terminated.
 * @return the field, or ARDOQ_IDENTITY_COUNT if none has this name.
 */
ardoq_identity_field_t ardoq_identity_find(const char *name, size_t name_size);

/**
 * Sets a field by its number; if the field is known at compile time, just set the member.
 * @param identity  changed only on success
 * @param field     one of the fields
 * @param text      as the members, borrowed
 * @return ARDOQ_OK or ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN.
 */
ardoq_err_t ardoq_identity_set(ardoq_identity_t *identity, ardoq_identity_field_t field,
                               const char *text);

/**
 * Sets a field to a copy of @p text, stored in the identity: for texts that do not live long
 * enough. Blanks and line breaks at its ends are removed. The space of an earlier value is not
 * reused.
 * @param identity  the identity
 * @param field     one of the fields
 * @param text      NUL-terminated UTF-8, not inside @p identity
 * @return ARDOQ_OK, ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN, or ARDOQ_ERR_IDENTITY_FULL if it does not
 *         fit: the field then stays as it was, later texts are not stored either, and
 *         ardoq_identity_read() returns this error too, so a port need not check it.
 */
ardoq_err_t ardoq_identity_keep(ardoq_identity_t *identity, ardoq_identity_field_t field,
                                const char *text);

#ifdef __cplusplus
}
#endif

#endif
