/* What --help prints. */
#ifndef ARDOQ_HELP_H
#define ARDOQ_HELP_H

#include <stdio.h>

void help(FILE *stream);

/* The identity fields with their meaning. */
void help_identity_fields(FILE *stream);

#endif
