/**
 * @file
 * The identity of a device: texts, each optional but the serial number. The fields stand in
 * identity.def.
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
 * NUL-terminated UTF-8 texts, borrowed, by the rules of ardoq/value.h; null or "" is not reported.
 * Zero-initialise, then fill:
 *
 *     identity.model = "Pump controller 2";
 *
 * Texts that are built at run time stand inside, so a copy of the struct still points into the one
 * that it was copied from.
 */
typedef struct {
/** @cond private */
#define ARDOQ_IDENTITY_FIELD(name, what) const char *name;
#include "ardoq/identity.def"
    uint16_t used; /* bytes of the storage; more than it has: something did not fit */
    char storage[ARDOQ_IDENTITY_SIZE];
    /** @endcond */
} ardoq_identity_t;

/** The same without memory of its own, for what a program says of its device: borrowed texts, null
 * where it says nothing. */
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

/** Value of a field: "" when it is not reported; null past the last field. */
const char *ardoq_identity_get(const ardoq_identity_t *identity, ardoq_identity_field_t field);

/**
 * Finds a field by its name, which need not be NUL-terminated.
 * @return the field, or ARDOQ_IDENTITY_COUNT when there is none of this name.
 */
ardoq_identity_field_t ardoq_identity_find(const char *name, size_t name_size);

/**
 * Sets a field whose number a program has; of one that it can name it sets the member.
 * @param identity  changed only on success
 * @param field     one of the list
 * @param text      as the members, borrowed
 * @return ARDOQ_OK or ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN.
 */
ardoq_err_t ardoq_identity_set(ardoq_identity_t *identity, ardoq_identity_field_t field,
                               const char *text);

/**
 * Sets a field to a copy of @p text, which is kept in the identity: for texts that do not last.
 * Blanks and line breaks at its ends are left out. What the field had before still takes its room.
 * @param identity  the identity
 * @param field     one of the list
 * @param text      NUL-terminated UTF-8, not inside @p identity
 * @return ARDOQ_OK, ARDOQ_ERR_IDENTITY_FIELD_UNKNOWN, or ARDOQ_ERR_IDENTITY_FULL when there is no
 *         room for it: then the field is as it was, no later text is kept either, and
 *         ardoq_identity_read() gives this error too, so that a port need not look at it.
 */
ardoq_err_t ardoq_identity_keep(ardoq_identity_t *identity, ardoq_identity_field_t field,
                                const char *text);

#ifdef __cplusplus
}
#endif

#endif
