#include "fake_nvs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <esp_log.h>
#include <esp_partition.h>
#include <string.h>

/* The functions in C log what they are given, as ESP-IDF's do. Its handle in C++ does not. */
static const char tag[] = "nvs";

/* One handle at a time is all that is asked for. Handles of the past are never valid again. */
static nvs_handle_t handle_now;
static const char *handle_namespace;
static fake_nvs_entry_t uncommitted[FAKE_NVS_ENTRIES];

fake_nvs_t fake_nvs;

void fake_nvs_reset(void)
{
    memset(&fake_nvs, 0, sizeof fake_nvs);
    fake_nvs.is_initialised = true;
    fake_nvs.has_partition = true;
}

static esp_err_t failure(fake_nvs_call_t call)
{
    const esp_err_t code = fake_nvs.failures[call];
    fake_nvs.failures[call] = ESP_OK;
    fake_nvs.counts[call]++;
    return code;
}

/* ---- Entries -------------------------------------------------------------------------------- */

/* With "" as the key a free one. */
static fake_nvs_entry_t *find(fake_nvs_entry_t *entries, const char *name_space, const char *key)
{
    for (size_t i = 0; i < FAKE_NVS_ENTRIES; i++) {
        const bool is_same = strcmp(entries[i].name_space, name_space) == 0;
        if (strcmp(entries[i].key, key) == 0 && (is_same || key[0] == '\0')) {
            return &entries[i];
        }
    }
    return NULL;
}

static esp_err_t put(fake_nvs_entry_t *entries, const char *name_space, const char *key,
                     const char *text)
{
    fake_nvs_entry_t *entry = find(entries, name_space, key);
    entry = entry ? entry : find(entries, name_space, "");
    if (!entry) {
        return ESP_ERR_NVS_NOT_ENOUGH_SPACE;
    }
    entry->is_number = false;
    entry->blob_size = 0;
    strcpy(entry->name_space, name_space);
    strcpy(entry->key, key);
    strcpy(entry->text, text);
    return ESP_OK;
}

/* The namespace as it is kept, or null. */
static const char *find_namespace(const char *name, bool is_made)
{
    for (size_t i = 0; i < FAKE_NVS_NAMESPACES; i++) {
        if (fake_nvs.namespaces[i][0] == '\0' && is_made) {
            strcpy(fake_nvs.namespaces[i], name);
        }
        if (strcmp(fake_nvs.namespaces[i], name) == 0) {
            return fake_nvs.namespaces[i];
        }
    }
    return NULL;
}

void fake_nvs_store(const char *name_space, const char *key, const char *text)
{
    assert_non_null(find_namespace(name_space, true));
    assert_int_equal(put(fake_nvs.entries, name_space, key, text), ESP_OK);
}

void fake_nvs_store_number(const char *name_space, const char *key)
{
    fake_nvs_store(name_space, key, "");
    find(fake_nvs.entries, name_space, key)->is_number = true;
}

const char *fake_nvs_stored(const char *name_space, const char *key)
{
    const fake_nvs_entry_t *entry = find(fake_nvs.entries, name_space, key);
    return entry ? entry->text : NULL;
}

/* ---- Handles -------------------------------------------------------------------------------- */

static esp_err_t check_name(const char *name, esp_err_t too_long)
{
    if (name[0] == '\0') {
        return ESP_ERR_NVS_INVALID_NAME;
    }
    return strlen(name) < NVS_KEY_NAME_MAX_SIZE ? ESP_OK : too_long;
}

static esp_err_t open_namespace(const char *name, nvs_open_mode_t mode)
{
    if (!fake_nvs.is_initialised) {
        return ESP_ERR_NVS_NOT_INITIALIZED;
    }
    if (!fake_nvs.has_partition) {
        return ESP_ERR_NVS_PART_NOT_FOUND;
    }
    const esp_err_t code = check_name(name, ESP_ERR_NVS_INVALID_NAME);
    if (code != ESP_OK) {
        return code;
    }
    handle_namespace = find_namespace(name, mode == NVS_READWRITE);
    if (!handle_namespace) {
        return mode == NVS_READWRITE ? ESP_ERR_NVS_NOT_ENOUGH_SPACE : ESP_ERR_NVS_NOT_FOUND;
    }
    return ESP_OK;
}

esp_err_t fake_nvs_open(const char *name, nvs_open_mode_t mode, nvs_handle_t *handle)
{
    assert_int_equal(fake_nvs.open_handles, 0);
    fake_nvs.mode = mode;
    esp_err_t code = failure(FAKE_NVS_OPEN);
    code = code == ESP_OK ? open_namespace(name, mode) : code;
    if (code == ESP_OK) {
        memcpy(uncommitted, fake_nvs.entries, sizeof uncommitted);
        fake_nvs.open_handles++;
        *handle = ++handle_now;
    }
    return code;
}

esp_err_t nvs_open(const char *namespace_name, nvs_open_mode_t open_mode, nvs_handle_t *out_handle)
{
    ESP_LOGD(tag, "nvs_open_from_partition %s %d", namespace_name, open_mode);
    return fake_nvs_open(namespace_name, open_mode, out_handle);
}

void fake_nvs_close(nvs_handle_t handle)
{
    assert_int_equal(fake_nvs.open_handles, 1);
    assert_int_equal(handle, handle_now);
    fake_nvs.open_handles--;
}

void nvs_close(nvs_handle_t handle)
{
    ESP_LOGD(tag, "nvs_close %d", (int)handle);
    fake_nvs_close(handle);
}

static esp_err_t check(nvs_handle_t handle, fake_nvs_call_t call)
{
    const esp_err_t code = failure(call);
    if (code == ESP_OK && (fake_nvs.open_handles == 0 || handle != handle_now)) {
        return ESP_ERR_NVS_INVALID_HANDLE;
    }
    if (code == ESP_OK && call != FAKE_NVS_GET && fake_nvs.mode == NVS_READONLY) {
        return ESP_ERR_NVS_READ_ONLY;
    }
    return code;
}

static esp_err_t check_key(nvs_handle_t handle, fake_nvs_call_t call, const char *key)
{
    const esp_err_t code = check(handle, call);
    return code == ESP_OK ? check_name(key, ESP_ERR_NVS_KEY_TOO_LONG) : code;
}

/* ---- Values --------------------------------------------------------------------------------- */

esp_err_t nvs_get_str(nvs_handle_t handle, const char *key, char *out_value, size_t *length)
{
    ESP_LOGD(tag, "nvs_get_str_or_blob %s", key);
    const esp_err_t code = check_key(handle, FAKE_NVS_GET, key);
    if (code != ESP_OK) {
        return code;
    }
    const fake_nvs_entry_t *entry = find(uncommitted, handle_namespace, key);
    if (!entry) {
        return ESP_ERR_NVS_NOT_FOUND;
    }
    if (entry->is_number || entry->blob_size > 0) {
        return ESP_ERR_NVS_TYPE_MISMATCH;
    }
    const size_t room = *length;
    *length = strlen(entry->text) + 1;
    if (out_value && room < *length) {
        return ESP_ERR_NVS_INVALID_LENGTH;
    }
    if (out_value) {
        memcpy(out_value, entry->text, *length);
    }
    return ESP_OK;
}

esp_err_t fake_nvs_set(nvs_handle_t handle, const char *key, const char *value)
{
    const esp_err_t code = check_key(handle, FAKE_NVS_SET, key);
    if (code != ESP_OK || strlen(value) >= FAKE_NVS_VALUE_SIZE) {
        return code != ESP_OK ? code : ESP_ERR_NVS_VALUE_TOO_LONG;
    }
    return put(uncommitted, handle_namespace, key, value);
}

esp_err_t nvs_set_str(nvs_handle_t handle, const char *key, const char *value)
{
    ESP_LOGD(tag, "nvs_set_str %s %s", key, value);
    return fake_nvs_set(handle, key, value);
}

esp_err_t nvs_get_blob(nvs_handle_t handle, const char *key, void *out_value, size_t *length)
{
    ESP_LOGD(tag, "nvs_get_str_or_blob %s", key);
    const esp_err_t code = check_key(handle, FAKE_NVS_GET, key);
    if (code != ESP_OK) {
        return code;
    }
    const fake_nvs_entry_t *entry = find(uncommitted, handle_namespace, key);
    if (!entry || entry->blob_size == 0) {
        return ESP_ERR_NVS_NOT_FOUND;
    }
    const size_t room = *length;
    *length = entry->blob_size;
    if (room < *length) {
        return ESP_ERR_NVS_INVALID_LENGTH;
    }
    memcpy(out_value, entry->text, *length);
    return ESP_OK;
}

esp_err_t nvs_set_blob(nvs_handle_t handle, const char *key, const void *value, size_t length)
{
    ESP_LOGD(tag, "nvs_set_blob %s %d", key, (int)length);
    esp_err_t code = check_key(handle, FAKE_NVS_SET, key);
    assert_in_range(length, 1, FAKE_NVS_VALUE_SIZE);
    code = code == ESP_OK ? put(uncommitted, handle_namespace, key, "") : code;
    if (code == ESP_OK) {
        fake_nvs_entry_t *entry = find(uncommitted, handle_namespace, key);
        entry->blob_size = length;
        memcpy(entry->text, value, length);
    }
    return code;
}

esp_err_t nvs_erase_key(nvs_handle_t handle, const char *key)
{
    ESP_LOGD(tag, "nvs_erase_key %s", key);
    const esp_err_t code = check_key(handle, FAKE_NVS_ERASE, key);
    if (code != ESP_OK) {
        return code;
    }
    fake_nvs_entry_t *entry = find(uncommitted, handle_namespace, key);
    if (!entry) {
        return ESP_ERR_NVS_NOT_FOUND;
    }
    entry->key[0] = '\0';
    return ESP_OK;
}

esp_err_t nvs_erase_all(nvs_handle_t handle)
{
    ESP_LOGD(tag, "nvs_erase_all");
    const esp_err_t code = check(handle, FAKE_NVS_ERASE);
    for (size_t i = 0; code == ESP_OK && i < FAKE_NVS_ENTRIES; i++) {
        if (strcmp(uncommitted[i].name_space, handle_namespace) == 0) {
            uncommitted[i].key[0] = '\0';
        }
    }
    return code;
}

esp_err_t nvs_commit(nvs_handle_t handle)
{
    const esp_err_t code = check(handle, FAKE_NVS_COMMIT);
    if (code == ESP_OK) {
        memcpy(fake_nvs.entries, uncommitted, sizeof uncommitted);
    }
    return code;
}

/* ---- Iterators ------------------------------------------------------------------------------ */

/* One at a time, over all types. */
struct nvs_opaque_iterator_t {
    const char *name_space;
    size_t at;
};

static struct nvs_opaque_iterator_t iterator_now;

static esp_err_t move_on(nvs_iterator_t *iterator)
{
    for (; iterator_now.at < FAKE_NVS_ENTRIES; iterator_now.at++) {
        const fake_nvs_entry_t *entry = &fake_nvs.entries[iterator_now.at];
        if (entry->key[0] != '\0' && strcmp(entry->name_space, iterator_now.name_space) == 0) {
            return ESP_OK;
        }
    }
    nvs_release_iterator(*iterator);
    *iterator = NULL;
    return ESP_ERR_NVS_NOT_FOUND;
}

esp_err_t nvs_entry_find(const char *part_name, const char *namespace_name, nvs_type_t type,
                         nvs_iterator_t *output_iterator)
{
    assert_string_equal(part_name, NVS_DEFAULT_PART_NAME);
    assert_int_equal(type, NVS_TYPE_ANY);
    assert_int_equal(fake_nvs.open_iterators, 0);
    *output_iterator = NULL;
    const esp_err_t code = failure(FAKE_NVS_FIND);
    if (code != ESP_OK) {
        return code;
    }
    iterator_now = (struct nvs_opaque_iterator_t){.name_space = namespace_name};
    *output_iterator = &iterator_now;
    fake_nvs.open_iterators++;
    return move_on(output_iterator);
}

esp_err_t nvs_entry_info(const nvs_iterator_t iterator, nvs_entry_info_t *out_info)
{
    assert_ptr_equal(iterator, &iterator_now);
    strcpy(out_info->key, fake_nvs.entries[iterator->at].key);
    return failure(FAKE_NVS_INFO);
}

esp_err_t nvs_entry_next(nvs_iterator_t *iterator)
{
    assert_ptr_equal(*iterator, &iterator_now);
    const esp_err_t code = failure(FAKE_NVS_NEXT);
    if (code != ESP_OK) {
        nvs_release_iterator(*iterator);
        *iterator = NULL;
        return code;
    }
    iterator_now.at++;
    return move_on(iterator);
}

void nvs_release_iterator(nvs_iterator_t iterator)
{
    fake_nvs.open_iterators -= iterator ? 1 : 0;
}

/* ---- The partition -------------------------------------------------------------------------- */

const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
                                                esp_partition_subtype_t subtype, const char *label)
{
    static const esp_partition_t partition = {.type = ESP_PARTITION_TYPE_DATA,
                                              .subtype = ESP_PARTITION_SUBTYPE_DATA_NVS};
    const bool is_asked_for = type == partition.type && subtype == partition.subtype &&
                              strcmp(label, NVS_DEFAULT_PART_NAME) == 0;
    return is_asked_for && fake_nvs.has_partition ? &partition : NULL;
}
