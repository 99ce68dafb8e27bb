#include "identity_option.h"

#include <stdio.h>
#include <string.h>

#include "ardoq/value.h"
#include "console.h"
#include "files.h"
#include "help.h"
#include "nearest.h"

ardoq_err_t override_field(ardoq_identity_t *identity, char *assignment)
{
    char *value = strchr(assignment, '=') + 1;
    const ardoq_identity_field_t field =
        ardoq_identity_find(assignment, (size_t)(value - 1 - assignment));
    ardoq_err_t err = ardoq_identity_set(identity, field, value);
    if (err) {
        ardoq_console_explain(&console, NULL, err, NULL);
        say("  given: ", assignment);
        say_nearest(nearest_field(assignment, (size_t)(value - 1 - assignment)));
        help_identity_fields(stderr);
        return err;
    }
    trim_value(value);
    err = ardoq_value_check(value, strlen(value), ardoq_identity_name(field));
    if (err) {
        ardoq_console_explain(&console, NULL, err, ardoq_identity_name(field));
    }
    return err;
}
