/* Values of custom fields on the command line, as FIELD=VALUE. */
#ifndef FIELD_VALUES_H
#define FIELD_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/client.h"
#include "ardoq/text.h"
#include "ardoq/value.h"

enum { FIELD_VALUES_MAX = 8 };

typedef struct {
    const char *field; /* API name */
    const char *value;
    bool is_known;
    bool is_read_only;
    bool is_of_type; /* the configured component type has it */
    bool is_listed;  /* the type that is being read has it */
    ardoq_value_type_t type;
} field_value_t;

typedef struct {
    field_value_t values[FIELD_VALUES_MAX];
    size_t count;
} field_values_t;

/* Adds FIELD=VALUE, which is split in place and borrowed. Returns GO_ON, or the exit code of
 * wrong usage. */
int add_field_value(field_values_t *values, char *pair);

/* Asks Ardoq for the type of each field. Explains an error: a field does not exist, does not belong
 * to the component type, or accepts no value. */
ardoq_err_t check_field_values(field_values_t *values);

/* Writes them as members of a JSON object, by the types of the fields. Returns the name of a field
 * that does not accept its value; null if all do. */
const char *write_field_values(const field_values_t *values, ardoq_text_t *text);

#endif
