/**
 * @file
 * Build-time configuration. Only this header reads CONFIG_*; what each one means, its unit, its
 * default and its cost stand in Kconfig.
 */
#ifndef ARDOQ_BUILD_CONFIG_H
#define ARDOQ_BUILD_CONFIG_H

#include "sdkconfig.h"

#ifndef CONFIG_ARDOQ_BUFFER_SIZE
#error "sdkconfig.h has no CONFIG_ARDOQ_ settings: generate it from this project's Kconfig"
#endif

/** Default of the setting; docs/settings.md says what each is. */
/** @{ */
#define ARDOQ_DEFAULT_HOST           CONFIG_ARDOQ_HOST
#define ARDOQ_DEFAULT_TOKEN          CONFIG_ARDOQ_TOKEN
#define ARDOQ_DEFAULT_ORG_LABEL      CONFIG_ARDOQ_ORG_LABEL
#define ARDOQ_DEFAULT_WORKSPACE      CONFIG_ARDOQ_WORKSPACE
#define ARDOQ_DEFAULT_COMPONENT_TYPE CONFIG_ARDOQ_COMPONENT_TYPE
#define ARDOQ_DEFAULT_NAME_TEMPLATE  CONFIG_ARDOQ_NAME_TEMPLATE
#define ARDOQ_DEFAULT_FIELDS         CONFIG_ARDOQ_FIELDS
#define ARDOQ_DEFAULT_PIN0           CONFIG_ARDOQ_PIN0
#define ARDOQ_DEFAULT_PIN1           CONFIG_ARDOQ_PIN1
#define ARDOQ_DEFAULT_TIMEOUT_MS     CONFIG_ARDOQ_TIMEOUT_MS
#define ARDOQ_HEARTBEAT              CONFIG_ARDOQ_HEARTBEAT
#define ARDOQ_WINDOW                 CONFIG_ARDOQ_WINDOW
/** @} */

/** Build option of the same name; docs/settings.md says what each is. */
/** @{ */
#define ARDOQ_BUFFER_SIZE            CONFIG_ARDOQ_BUFFER_SIZE
#define ARDOQ_JSON_TOKENS            CONFIG_ARDOQ_JSON_TOKENS
#define ARDOQ_ELEMENT_TOKENS         CONFIG_ARDOQ_ELEMENT_TOKENS
#define ARDOQ_ELEMENT_SIZE           CONFIG_ARDOQ_ELEMENT_SIZE
#define ARDOQ_LINK_SIZE              CONFIG_ARDOQ_LINK_SIZE
#define ARDOQ_TOKEN_SIZE             CONFIG_ARDOQ_TOKEN_SIZE
#define ARDOQ_FIELDS_SIZE            CONFIG_ARDOQ_FIELDS_SIZE
#define ARDOQ_IDENTITY_SIZE          CONFIG_ARDOQ_IDENTITY_SIZE
#define ARDOQ_SESSION_SIZE           CONFIG_ARDOQ_SESSION_SIZE
#define ARDOQ_STEP_BYTES             CONFIG_ARDOQ_STEP_BYTES
#define ARDOQ_RETRY_AFTER_DEFAULT    CONFIG_ARDOQ_RETRY_AFTER_DEFAULT
#define ARDOQ_RETRY_AFTER_MAX        CONFIG_ARDOQ_RETRY_AFTER_MAX
#define ARDOQ_LOG_LEVEL              CONFIG_ARDOQ_LOG_LEVEL

/* Kconfig leaves an option that is off undefined. */
#ifdef CONFIG_ARDOQ_ERROR_NAMES
#define ARDOQ_ERROR_NAMES 1
#else
#define ARDOQ_ERROR_NAMES 0
#endif

#ifdef CONFIG_ARDOQ_HINTS
#define ARDOQ_HINTS 1
#else
#define ARDOQ_HINTS 0
#endif

#ifdef CONFIG_ARDOQ_CLIENT_CERTIFICATE
#define ARDOQ_CLIENT_CERTIFICATE 1
#else
#define ARDOQ_CLIENT_CERTIFICATE 0
#endif

#ifdef CONFIG_ARDOQ_PINS
#define ARDOQ_PINS 1
#else
#define ARDOQ_PINS 0
#endif

#ifdef CONFIG_ARDOQ_SESSION_RESUMPTION
#define ARDOQ_SESSION_RESUMPTION 1
#else
#define ARDOQ_SESSION_RESUMPTION 0
#endif

#ifdef CONFIG_ARDOQ_CERTIFICATE_SUBJECT
#define ARDOQ_CERTIFICATE_SUBJECT 1
#else
#define ARDOQ_CERTIFICATE_SUBJECT 0
#endif

#ifdef CONFIG_ARDOQ_STORE_PEM
#define ARDOQ_STORE_PEM 1
#else
#define ARDOQ_STORE_PEM 0
#endif

#ifdef CONFIG_ARDOQ_OBSOLETE_SETTINGS
#define ARDOQ_OBSOLETE_SETTINGS 1
#else
#define ARDOQ_OBSOLETE_SETTINGS 0
#endif

#ifdef CONFIG_ARDOQ_LAST_SEEN
#define ARDOQ_LAST_SEEN 1
#else
#define ARDOQ_LAST_SEEN 0
#endif

#ifdef CONFIG_ARDOQ_ACCEPT_UNKNOWN_CLOCK
#define ARDOQ_ACCEPT_UNKNOWN_CLOCK 1
#else
#define ARDOQ_ACCEPT_UNKNOWN_CLOCK 0
#endif
/** @} */

#endif
