/* Messages of the core. A level that the build leaves out costs nothing. Private to this layer. */
#ifndef ARDOQ_LOG_H
#define ARDOQ_LOG_H

#include "ardoq/build_config.h"
#include "ardoq/port.h"

/* Macros, because a function would have its arguments made although nobody wants them. */
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
