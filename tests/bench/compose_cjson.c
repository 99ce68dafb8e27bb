#include <cJSON.h>

#include "peers.h"
#include "sample.h"

static void add_component(cJSON *component)
{
    cJSON *unique_by = cJSON_AddArrayToObject(component, "uniqueBy");
    cJSON_AddItemToArray(unique_by, cJSON_CreateString("rootWorkspace"));
    cJSON_AddItemToArray(unique_by, cJSON_CreateString("customFields.device_serial"));
    cJSON *body = cJSON_AddObjectToObject(component, "body");
    cJSON_AddStringToObject(body, "rootWorkspace", SAMPLE_WORKSPACE);
    cJSON_AddStringToObject(body, "typeId", SAMPLE_TYPE);
    cJSON_AddStringToObject(body, "name", SAMPLE_NAME);
    cJSON *fields = cJSON_AddObjectToObject(body, "customFields");
#define FIELD(name, key, value) cJSON_AddStringToObject(fields, key, value);
    SAMPLE_FIELDS(FIELD)
#undef FIELD
}

char *compose_cjson(void)
{
    cJSON *root = cJSON_CreateObject();
    cJSON *components = cJSON_AddObjectToObject(root, "components");
    cJSON *component = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(components, "upsert"), component);
    add_component(component);
    char *text = cJSON_PrintUnformatted(root);
    cJSON_Delete(root);
    return text;
}
