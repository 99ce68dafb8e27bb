/* ardoq_list HOST:PORT CA: the `_id` of each element of a long list. */
#include "ardoq/list.h"

#include <stdio.h>

#include "files.h"
#include "region.h"
#include "sample.h"

enum { PATIENCE_MS = 600000 };

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_list_t list;

static ardoq_err_t take_element(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    unsigned *count = context;
    char id[32];
    (void)index;
    const ardoq_err_t err = ardoq_json_string(element, ARDOQ_JSON_ROOT, "_id", id, sizeof id);
    *count += !err && id[0] == '5';
    return err;
}

/* After a request that pays for the connection. */
static ardoq_err_t read_list(void)
{
    const ardoq_request_t first = {.method = "GET", .path = ARDOQ_ME_PATH};
    ardoq_response_t response;
    unsigned count = 0;
    ardoq_err_t err = ardoq_request(&client, &first, &response);
    region_begin();
    err =
        err ? err
            : ardoq_list_each(&client, &list, "/api/v2/components", NULL, 0, take_element, &count);
    region_end("list");
    printf("elements %u\n", count);
    return err;
}

int main(int argc, char **argv)
{
    size_t size;
    if (argc != 3 || sample_config(&config)) {
        return 2;
    }
    snprintf(config.host, sizeof config.host, "%s", argv[1]);
    config.timeout_ms = PATIENCE_MS;
    config.ca_pem = read_file(argv[2], &size);
    ardoq_err_t err = ardoq_open(&client, &config);
    err = err ? err : read_list();
    ardoq_close(&client);
    printf("%s\n", ardoq_err_name(err));
    return err ? 1 : 0;
}
