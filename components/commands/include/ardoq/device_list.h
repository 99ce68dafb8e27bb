/**
 * @file
 * The devices in Ardoq: the components of the configured workspace and component type, one at a
 * time, with serial number and time of the last report. Needs CONFIG_ARDOQ_MODEL.
 */
#ifndef ARDOQ_DEVICE_LIST_H
#define ARDOQ_DEVICE_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "ardoq/commands.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * A device in Ardoq. A missing text is "". The texts are untrusted and may contain control
 * characters.
 */
typedef struct {
    char id[32];          /**< of the component */
    char name[256];       /**< may be cut */
    char serial[256];     /**< serial number; "" if it is too long */
    char last_report[40]; /**< value of the custom field of `last_seen`; without such an entry in
                               `fields`, the last change of the component */
    int64_t reported_at;  /**< the same in seconds since 1970; -1 if it is not a time */
    int64_t version;      /**< of the component */
} ardoq_listed_device_t;

/**
 * Called with a device. Must not call the client. Anything other than ARDOQ_OK ends the list with
 * that error.
 * @param context  as passed to ardoq_command_each_device()
 * @param device   valid until the function returns
 */
typedef ardoq_err_t (*ardoq_on_listed_device_t)(void *context, const ardoq_listed_device_t *device);

/** Memory of the functions below; private. */
typedef struct {
    /** @cond private */
    ardoq_list_t list;
    const ardoq_console_t *console;
    const ardoq_config_t *config;
    const char *serial; /**< to search for; null: all */
    bool is_found;      /**< with the component type; in *found */
    uint32_t count;     /**< number with the serial, of any type */
    char serial_path[sizeof "customFields." + ARDOQ_FIELD_TARGET_SIZE];
    char time_path[sizeof "customFields." + ARDOQ_FIELD_TARGET_SIZE];
    ardoq_on_listed_device_t on_listed;
    void *context;
    ardoq_listed_device_t device;
    ardoq_listed_device_t *found;
    /** @endcond */
} ardoq_device_list_t;

/**
 * Reads all devices, page after page.
 * @param console    receives the explanation of an error, and Ardoq's warnings
 * @param client     open, and not busy
 * @param config     the client's
 * @param devices    the caller's memory, for this call
 * @param on_listed  called for each device
 * @param context    passed to on_listed
 * @return as ardoq_list_each(); ARDOQ_ERR_WORKSPACE_INVALID, ARDOQ_ERR_COMPONENT_TYPE_INVALID or
 *         ARDOQ_ERR_SERIAL_FIELD_MISSING, before anything is sent, if a setting is missing;
 *         ARDOQ_ERR_JSON_KEY_MISSING for a component without an id; it is explained.
 */
ardoq_err_t ardoq_command_each_device(const ardoq_console_t *console, ardoq_client_t *client,
                                      const ardoq_config_t *config, ardoq_device_list_t *devices,
                                      ardoq_on_listed_device_t on_listed, void *context);

/**
 * Finds the one device with a serial number.
 * @param console     receives the explanation of an error, and Ardoq's warnings
 * @param client      open, and not busy
 * @param config      the client's
 * @param devices     the caller's memory, for this call
 * @param serial      not empty
 * @param[out] found  set on success
 * @return as ardoq_command_each_device(); ARDOQ_ERR_DEVICE_UNKNOWN if there is none;
 *         ARDOQ_ERR_SERIAL_AMBIGUOUS if more than one component of the workspace has the number, of
 *         any type: each is named. It is explained.
 */
ardoq_err_t ardoq_command_find_device(const ardoq_console_t *console, ardoq_client_t *client,
                                      const ardoq_config_t *config, ardoq_device_list_t *devices,
                                      const char *serial, ardoq_listed_device_t *found);

/**
 * Time since the device's last report. Pure.
 * @param device  as listed
 * @param now     seconds since 1970; 0: unknown
 * @return seconds; -1 if unknown, or more than ARDOQ_CLOCKS_DIFFER_S in the future.
 */
int64_t ardoq_device_age(const ardoq_listed_device_t *device, int64_t now);

/** Allowed difference of clocks: a report may seem to be this many seconds in the future. */
#define ARDOQ_CLOCKS_DIFFER_S 300

/**
 * Writes a device as a line of JSON: id, name, serial, lastReport and ageSeconds, each of which may
 * be null. @p now as in ardoq_device_age().
 */
void ardoq_command_write_device(const ardoq_console_t *console, const ardoq_listed_device_t *device,
                                int64_t now);

#ifdef __cplusplus
}
#endif

#endif
