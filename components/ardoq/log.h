/* Messages of the core. A level that the build leaves out costs nothing. Errors are returned, so
 * they are no more than information here. Private to this layer. */
#ifndef ARDOQ_LOG_H
#define ARDOQ_LOG_H

#include "ardoq/build_config.h"
#include "ardoq/port.h"

static inline void log_info(const char *text, const char *detail)
{
    if (ARDOQ_LOG_LEVEL >= ARDOQ_LOG_INFO) {
        ardoq_port_log(ARDOQ_LOG_INFO, text, detail);
    }
}

static inline void log_debug(const char *text, const char *detail)
{
    if (ARDOQ_LOG_LEVEL >= ARDOQ_LOG_DEBUG) {
        ardoq_port_log(ARDOQ_LOG_DEBUG, text, detail);
    }
}

#endif
