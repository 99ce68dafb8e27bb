/* The part of `setup` that compares the custom fields in Ardoq with the setting `fields`. */
#ifndef SETUP_FIELDS_H
#define SETUP_FIELDS_H

#include "ardoq/context.h"

/* Asks Ardoq which custom fields the chosen component type has. If some are missing, it shows a
 * checklist of what to do in Ardoq, and asks until they are there, or the user goes on without:
 * config.fields may then list fewer.
 * @return ARDOQ_OK; ARDOQ_PENDING if there was no answer, see ask.h; as ardoq_context_check() */
ardoq_err_t setup_fields(ardoq_context_t *context, const char *type_name,
                         const char *workspace_name);

#endif
