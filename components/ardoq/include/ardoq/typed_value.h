/**
 * @file
 * Values of a type that Ardoq's custom fields take. Needs CONFIG_ARDOQ_MODEL.
 */
#ifndef ARDOQ_TYPED_VALUE_H
#define ARDOQ_TYPED_VALUE_H

#include "ardoq/text.h"
#include "ardoq/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes a value as JSON.
 * @param json   receives it; ARDOQ_ERR_VALUE_TYPE becomes its error for a value that is none of the
 *               type
 * @param type   of the custom field
 * @param value  trimmed, and not empty
 * @param size   of @p value in bytes
 */
void ardoq_typed_value_write(ardoq_text_t *json, ardoq_value_type_t type, const char *value,
                             size_t size);

#ifdef __cplusplus
}
#endif

#endif
