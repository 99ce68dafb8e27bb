/**
 * @file
 * The environment as a source of settings, private to the POSIX port.
 */
#ifndef ARDOQ_POSIX_ENVIRONMENT_H
#define ARDOQ_POSIX_ENVIRONMENT_H

#include "ardoq/port.h"

/**
 * Gives the value of each variable ARDOQ_X under the key x; ARDOQ_API_HOST and ARDOQ_API_TOKEN, as
 * Ardoq's guide calls them, under host and token. A program with more rights than its user
 * (set-uid) takes nothing from the environment.
 * @return ARDOQ_OK, or what @p on_value returned to end the pass.
 */
ardoq_err_t ardoq_posix_environment_each(ardoq_port_store_value_t on_value, void *context);

#endif
