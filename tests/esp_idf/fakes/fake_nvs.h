/*
 * NVS in memory, as documented, and its partition. Uncommitted changes are lost when the handle is
 * closed, as NVS allows.
 */
#ifndef FAKE_NVS_H
#define FAKE_NVS_H

#include <nvs.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Calls that can be made to fail. */
typedef enum {
    FAKE_NVS_OPEN,
    FAKE_NVS_GET,
    FAKE_NVS_SET,
    FAKE_NVS_ERASE,
    FAKE_NVS_COMMIT,
    FAKE_NVS_FIND,
    FAKE_NVS_INFO,
    FAKE_NVS_NEXT,
    FAKE_NVS_CALLS
} fake_nvs_call_t;

enum {
    FAKE_NVS_ENTRIES = 8,
    FAKE_NVS_NAMESPACES = 4,
    FAKE_NVS_VALUE_SIZE = 4000, /* with the closing NUL */
};

typedef struct {
    char name_space[NVS_KEY_NAME_MAX_SIZE];
    char key[NVS_KEY_NAME_MAX_SIZE]; /* "" is a free entry */
    bool is_number;
    size_t blob_size; /* 0: no blob */
    char text[FAKE_NVS_VALUE_SIZE];
} fake_nvs_entry_t;

typedef struct {
    bool is_initialised;
    bool has_partition;
    esp_err_t failures[FAKE_NVS_CALLS]; /* result of the next call, once; 0: none */
    unsigned counts[FAKE_NVS_CALLS];
    nvs_open_mode_t mode; /* of the last nvs_open() */
    unsigned open_handles;
    unsigned open_iterators;
    char namespaces[FAKE_NVS_NAMESPACES][NVS_KEY_NAME_MAX_SIZE];
    fake_nvs_entry_t entries[FAKE_NVS_ENTRIES]; /* committed */
} fake_nvs_t;

extern fake_nvs_t fake_nvs;

/* An empty partition that NVS has been initialised with. */
void fake_nvs_reset(void);

/* What production stores; the namespace is made if need be. */
void fake_nvs_store(const char *name_space, const char *key, const char *text);
void fake_nvs_store_number(const char *name_space, const char *key);

/* The committed text, or null. */
const char *fake_nvs_stored(const char *name_space, const char *key);

/* What the functions in C and the handle in C++ have in common. */
esp_err_t fake_nvs_open(const char *name, nvs_open_mode_t mode, nvs_handle_t *handle);
esp_err_t fake_nvs_set(nvs_handle_t handle, const char *key, const char *value);
void fake_nvs_close(nvs_handle_t handle);

#ifdef __cplusplus
}
#endif

#endif
