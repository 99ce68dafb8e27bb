#include "variable.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

variable_t variable_of(const char *setting)
{
    const bool is_of_guide = strcmp(setting, "host") == 0 || strcmp(setting, "token") == 0;
    variable_t variable;
    snprintf(variable.text, sizeof variable.text, "ARDOQ_%s%s", is_of_guide ? "API_" : "", setting);
    for (char *at = variable.text; *at != '\0'; at++) {
        *at = (char)toupper((unsigned char)*at);
    }
    return variable;
}
