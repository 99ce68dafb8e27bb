/* The option --set of a command that reports. */
#ifndef ARDOQ_IDENTITY_OPTION_H
#define ARDOQ_IDENTITY_OPTION_H

#include "ardoq/identity.h"

/* Adds FIELD=VALUE, which is changed and borrowed. Explains an error. */
ardoq_err_t override_field(ardoq_identity_t *identity, char *assignment);

#endif
