#include "ardoq/device_list.h"

#include <string.h>

#include "ardoq/json_write.h"
#include "ardoq/utc.h"
#include "console.h"

#if ARDOQ_MODEL

/* ---- One device ------------------------------------------------------------------------------ */

static void read_text(const ardoq_json_document_t *element, const char *path, char *text,
                      size_t size)
{
    (void)ardoq_json_string(element, ARDOQ_JSON_ROOT, path, text, size);
}

/* A cut key would be a different one. */
static void read_whole(const ardoq_json_document_t *element, const char *path, char *text,
                       size_t size)
{
    if (ardoq_json_string(element, ARDOQ_JSON_ROOT, path, text, size)) {
        text[0] = '\0';
    }
}

static void read_device(const ardoq_device_list_t *devices, const ardoq_json_document_t *element,
                        ardoq_listed_device_t *device)
{
    memset(device, 0, sizeof *device);
    read_whole(element, "_id", device->id, sizeof device->id);
    read_text(element, "name", device->name, sizeof device->name);
    read_whole(element, devices->serial_path, device->serial, sizeof device->serial);
    read_whole(element, devices->time_path, device->last_report, sizeof device->last_report);
    (void)ardoq_json_int64(element, ARDOQ_JSON_ROOT, "_version", &device->version);
    if (!ardoq_utc_from_iso8601(device->last_report, &device->reported_at)) {
        device->reported_at = -1;
    }
}

int64_t ardoq_device_age(const ardoq_listed_device_t *device, int64_t now)
{
    if (now <= 0 || device->reported_at < 0 || device->reported_at > now + ARDOQ_CLOCKS_DIFFER_S) {
        return -1;
    }
    return now > device->reported_at ? now - device->reported_at : 0;
}

/* ---- As JSON --------------------------------------------------------------------------------- */

static void write_result(const ardoq_console_t *console, const char *text)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_RESULT, text);
}

/* Part by part, in whole characters, because each byte may become six. */
static void write_json_text(const ardoq_console_t *console, const char *text)
{
    enum { PART = 32 };

    char escaped[PART * 6 + 1];
    while (*text != '\0') {
        size_t size = 0;
        while (size < PART && text[size] != '\0') {
            size++;
        }
        while (((unsigned char)text[size] & 0xc0) == 0x80) {
            size--;
        }
        ardoq_text_t part;
        ardoq_text_init(&part, escaped, sizeof escaped, ARDOQ_ERR_JSON_BUFFER_FULL);
        ardoq_json_escape(&part, text, size);
        ardoq_console_write_json(console, escaped, part.length);
        text += size;
    }
}

static void write_json_member(const ardoq_console_t *console, const char *label, const char *text)
{
    write_result(console, label);
    if (text[0] == '\0') {
        write_result(console, "null");
        return;
    }
    write_result(console, "\"");
    write_json_text(console, text);
    write_result(console, "\"");
}

void ardoq_command_write_device(const ardoq_console_t *console, const ardoq_listed_device_t *device,
                                int64_t now)
{
    const int64_t age = ardoq_device_age(device, now);
    ardoq_decimal_t room;
    write_json_member(console, "{\"id\":", device->id);
    write_json_member(console, ",\"name\":", device->name);
    write_json_member(console, ",\"serial\":", device->serial);
    write_json_member(console, ",\"lastReport\":", device->last_report);
    write_result(console, ",\"ageSeconds\":");
    write_result(console, age < 0 ? "null" : ardoq_decimal((uint64_t)age, &room));
    write_result(console, "}\n");
}

/* ---- All of them ----------------------------------------------------------------------------- */

static void write_path(char *path, size_t size, const char *field)
{
    ardoq_text_t text;
    ardoq_text_init(&text, path, size, ARDOQ_ERR_INVALID_ARGUMENT);
    ardoq_text_append_string(&text, "customFields.");
    ardoq_text_append_string(&text, field);
}

/* Checks the settings before anything is sent. */
static ardoq_err_t prepare(ardoq_device_list_t *devices, const ardoq_console_t *console,
                           const ardoq_config_t *config)
{
    ardoq_field_t serial;
    ardoq_field_t last_seen;
    memset(devices, 0, sizeof *devices);
    devices->console = console;
    devices->config = config;
    if (config->workspace[0] == '\0') {
        return ARDOQ_ERR_WORKSPACE_INVALID;
    }
    if (config->component_type[0] == '\0') {
        return ARDOQ_ERR_COMPONENT_TYPE_INVALID;
    }
    if (!ardoq_field_find(config->fields, ARDOQ_IDENTITY_serial, &serial)) {
        return ARDOQ_ERR_SERIAL_FIELD_MISSING;
    }
    write_path(devices->serial_path, sizeof devices->serial_path, serial.target);
    if (ardoq_field_find(config->fields, ARDOQ_IDENTITY_last_seen, &last_seen)) {
        write_path(devices->time_path, sizeof devices->time_path, last_seen.target);
    } else {
        memcpy(devices->time_path, "_meta.lastUpdated", sizeof "_meta.lastUpdated");
    }
    return ARDOQ_OK;
}

static bool has_id(const ardoq_json_document_t *element, const char *path, const char *configured)
{
    char answered[64];
    read_whole(element, path, answered, sizeof answered);
    return ardoq_text_equal_ignoring_case(configured, strlen(configured), answered);
}

/* If Ardoq does not know a filter it returns more, so each component is checked: the one found may
 * be deleted. */
static bool is_of_workspace(const ardoq_device_list_t *devices,
                            const ardoq_json_document_t *element)
{
    return has_id(element, "rootWorkspace", devices->config->workspace);
}

static bool is_of_type(const ardoq_device_list_t *devices, const ardoq_json_document_t *element)
{
    return has_id(element, "typeId", devices->config->component_type);
}

static ardoq_err_t take_device(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    (void)index;
    ardoq_device_list_t *devices = context;
    read_device(devices, element, &devices->device);
    if (devices->device.id[0] == '\0') {
        return ARDOQ_ERR_JSON_KEY_MISSING;
    }
    if (!is_of_workspace(devices, element) || !is_of_type(devices, element)) {
        return ARDOQ_OK;
    }
    return devices->on_listed(devices->context, &devices->device);
}

static ardoq_err_t explain_setting(const ardoq_console_t *console, ardoq_err_t err)
{
    if (err) {
        ardoq_console_explain(console, NULL, err, NULL);
    }
    return err;
}

static ardoq_err_t list_components(ardoq_client_t *client, ardoq_device_list_t *devices,
                                   const ardoq_query_t *filter, ardoq_on_element_t on_element)
{
    const ardoq_query_t query[] = {{"rootWorkspace", devices->config->workspace}, *filter};
    const ardoq_request_t request = {
        .path = "/api/v2/components", .query = query, .query_count = 2};
    return ardoq_console_list(devices->console, client, &devices->list, &request, on_element,
                              devices);
}

ardoq_err_t ardoq_command_each_device(const ardoq_console_t *console, ardoq_client_t *client,
                                      const ardoq_config_t *config, ardoq_device_list_t *devices,
                                      ardoq_on_listed_device_t on_listed, void *context)
{
    const ardoq_err_t err = explain_setting(console, prepare(devices, console, config));
    if (err) {
        return err;
    }
    devices->on_listed = on_listed;
    devices->context = context;
    return list_components(client, devices, &(ardoq_query_t){"typeId", config->component_type},
                           take_device);
}

/* ---- The one with a serial number ------------------------------------------------------------ */

static void name_component(const ardoq_console_t *console, const ardoq_listed_device_t *device)
{
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, "  component: ");
    ardoq_console_write_error(console, device->id);
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, " ");
    ardoq_console_write_error(console, device->name);
    ardoq_console_write(console, ARDOQ_OUTPUT_ERROR, "\n");
}

static ardoq_err_t take_match(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    (void)index;
    ardoq_device_list_t *devices = context;
    ardoq_listed_device_t *device = &devices->device;
    if (!is_of_workspace(devices, element)) {
        return ARDOQ_OK;
    }
    read_device(devices, element, device);
    if (strcmp(device->serial, devices->serial) != 0) {
        return ARDOQ_OK;
    }
    devices->count++;
    if (devices->count == 1) {
        *devices->found = *device;
        devices->is_found = is_of_type(devices, element) && device->id[0] != '\0';
        return ARDOQ_OK;
    }
    if (devices->count == 2) {
        ardoq_console_explain(devices->console, NULL, ARDOQ_ERR_SERIAL_AMBIGUOUS, NULL);
        name_component(devices->console, devices->found);
    }
    name_component(devices->console, device);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_command_find_device(const ardoq_console_t *console, ardoq_client_t *client,
                                      const ardoq_config_t *config, ardoq_device_list_t *devices,
                                      const char *serial, ardoq_listed_device_t *found)
{
    ardoq_err_t err = explain_setting(console, prepare(devices, console, config));
    if (err) {
        return err;
    }
    devices->serial = serial;
    devices->found = found;
    err = list_components(client, devices, &(ardoq_query_t){devices->serial_path, serial},
                          take_match);
    if (err || devices->count > 1) {
        return err ? err : ARDOQ_ERR_SERIAL_AMBIGUOUS;
    }
    return devices->is_found ? ARDOQ_OK : explain_setting(console, ARDOQ_ERR_DEVICE_UNKNOWN);
}

#endif
