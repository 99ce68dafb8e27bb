/* Log messages of the core. Levels not in the build cost nothing. Private to this layer. */
#ifndef ARDOQ_LOG_H
#define ARDOQ_LOG_H

#include "ardoq/build_config.h"
#include "ardoq/port.h"

/* Macros, because a function's arguments would be evaluated even if they are not logged. */
#define log_at(level, text, detail)                                                                \
    do {                                                                                           \
        if (ARDOQ_LOG_LEVEL >= (level)) {                                                          \
            ardoq_port_log(level, text, detail);                                                   \
        }                                                                                          \
    } while (false)

#define log_error(text, detail) log_at(ARDOQ_LOG_ERROR, text, detail)
#define log_info(text, detail)  log_at(ARDOQ_LOG_INFO, text, detail)
#define log_debug(text, detail) log_at(ARDOQ_LOG_DEBUG, text, detail)

#endif
