/* Values of a type that Ardoq's custom fields take. Private to this layer. */
#ifndef ARDOQ_TYPED_VALUE_H
#define ARDOQ_TYPED_VALUE_H

#include "ardoq/text.h"
#include "ardoq/value.h"

/* Writes a value as JSON. It was trimmed and is not empty. ARDOQ_ERR_VALUE_TYPE becomes the error
 * of the text when the value is none of its type. */
void ardoq_typed_value_write(ardoq_text_t *json, ardoq_value_type_t type, const char *value,
                             size_t size);

#endif
