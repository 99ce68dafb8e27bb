/* Environment variables that override settings. */
#ifndef VARIABLE_H
#define VARIABLE_H

#include "ardoq/settings.h"

/* A variable's name. */
typedef struct {
    char text[32];
} variable_t;

/* ARDOQ_ and the setting in capitals; for host and token the names in Ardoq's guide, ARDOQ_API_HOST
 * and ARDOQ_API_TOKEN. */
variable_t variable_of(const char *setting);

#endif
