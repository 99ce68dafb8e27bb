/**
 * @file
 * The environment as a source of settings, private to the POSIX port.
 */
#ifndef ARDOQ_POSIX_ENVIRONMENT_H
#define ARDOQ_POSIX_ENVIRONMENT_H

#include "ardoq/port.h"

/**
 * Reports each variable ARDOQ_X under the key x; ARDOQ_API_HOST and ARDOQ_API_TOKEN, the names in
 * Ardoq's guide, under host and token. A program with more rights than its user (set-uid) ignores
 * the environment.
 * @return ARDOQ_OK, or the result with which @p on_value stopped.
 */
ardoq_err_t ardoq_posix_environment_each(ardoq_port_store_value_t on_value, void *context);

#endif
