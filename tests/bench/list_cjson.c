/* list_cjson FILE: the `_id` of each component of a list, with cJSON. */
#include <cJSON.h>
#include <stdio.h>

#include "files.h"
#include "region.h"

static unsigned count_ids(const char *text, size_t size)
{
    unsigned count = 0;
    cJSON *root = cJSON_ParseWithLength(text, size);
    const cJSON *element;
    cJSON_ArrayForEach(element, cJSON_GetObjectItemCaseSensitive(root, "values"))
    {
        const cJSON *id = cJSON_GetObjectItemCaseSensitive(element, "_id");
        count += cJSON_IsString(id) && id->valuestring[0] == '5';
    }
    cJSON_Delete(root);
    return count;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 2;
    }
    size_t size;
    const char *text = read_file(argv[1], &size);
    region_begin();
    const unsigned count = count_ids(text, size);
    region_end("list");
    printf("elements %u\n", count);
    return 0;
}
