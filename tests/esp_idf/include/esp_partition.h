#ifndef TESTS_ESP_PARTITION_H
#define TESTS_ESP_PARTITION_H

typedef enum {
    ESP_PARTITION_TYPE_DATA = 0x01,
} esp_partition_type_t;

typedef enum {
    ESP_PARTITION_SUBTYPE_DATA_NVS = 0x02,
} esp_partition_subtype_t;

typedef struct {
    esp_partition_type_t type;
    esp_partition_subtype_t subtype;
} esp_partition_t;

/* The caller does not own what it gets; null if there is none of this kind and label. */
const esp_partition_t *esp_partition_find_first(esp_partition_type_t type,
                                                esp_partition_subtype_t subtype, const char *label);

#endif
