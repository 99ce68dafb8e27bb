/**
 * @file
 * Errors: each has a number, a name, a class that says who must act, and a hint that says what to
 * do. errors.def lists them all, and who returns them.
 */
#ifndef ARDOQ_ERR_H
#define ARDOQ_ERR_H

#include "ardoq/build_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Index of each error in errors.def, only used to number them in ardoq_err_t. */
enum {
#define ARDOQ_ERROR(name, class_name, hint) ARDOQ_ERR_PLACE_##name,
#include "ardoq/errors.def"
    ARDOQ_ERR_COUNT, /**< number of errors */
};

/** Result of a call: 0 is success, positive is "not finished", negative is failure. */
typedef enum {
    ARDOQ_OK = 0,
    /** Not finished: call again when what it is waiting for may have happened. */
    ARDOQ_PENDING = 1,
#define ARDOQ_ERROR(name, class_name, hint) ARDOQ_ERR_##name = -1 - ARDOQ_ERR_PLACE_##name,
#include "ardoq/errors.def"
} ardoq_err_t;

/** Who must act on an error: for people. ardoq_retry_delay() decides when a program tries again. */
typedef enum {
    ARDOQ_CLASS_NONE,          /**< nobody: success or not finished */
    ARDOQ_CLASS_CONFIGURATION, /**< a person must fix the configuration or the request */
    ARDOQ_CLASS_WAIT,          /**< wait as long as the server asks, then call again */
    ARDOQ_CLASS_RETRY,         /**< try again later: it may be temporary */
    ARDOQ_CLASS_BUG,           /**< report a bug in the firmware, this library or the service */
} ardoq_err_class_t;

/**
 * Name of an error as in errors.def, such as "UNAUTHORIZED"; its number as text, such as "-60",
 * when CONFIG_ARDOQ_ERROR_NAMES is off.
 * @return static text, never null; "UNKNOWN" for a number that is not an error.
 */
const char *ardoq_err_name(ardoq_err_t err);

/** Class of an error; ARDOQ_CLASS_BUG for a number that is not an error. */
ardoq_err_class_t ardoq_err_class(ardoq_err_t err);

/**
 * What to do about an error: one sentence of at most 70 characters, without a full stop.
 * @return static text, never null; "" for success, and always when CONFIG_ARDOQ_HINTS is off.
 */
const char *ardoq_err_hint(ardoq_err_t err);

/**
 * What a class asks for, such as "fix the configuration".
 * @return static text, never null.
 */
const char *ardoq_err_class_name(ardoq_err_class_t err_class);

#ifdef __cplusplus
}
#endif

#endif
