/**
 * @file
 * Values with a type, for Ardoq's custom fields. Needs CONFIG_ARDOQ_MODEL.
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
 * @param json   receives it; its error becomes ARDOQ_ERR_VALUE_TYPE if the value does not have the
 *               type
 * @param type   of the custom field
 * @param value  trimmed, not empty
 * @param size   of @p value in bytes
 */
void ardoq_typed_value_write(ardoq_text_t *json, ardoq_value_type_t type, const char *value,
                             size_t size);

#ifdef __cplusplus
}
#endif

#endif
