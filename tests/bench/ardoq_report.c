/* ardoq_report HOST:PORT CA: reports of one device on a kept connection, and a long list. */
#include <stdio.h>
#include <string.h>

#include "ardoq/list.h"
#include "ardoq/port.h"
#include "files.h"
#include "region.h"
#include "sample.h"

/* So many that a single wait for the server more or less does not matter. */
enum { REPORTS = 10, PATIENCE_MS = 600000 };

static ardoq_config_t config;
static ardoq_client_t client;
static ardoq_identity_t identity;
static ardoq_report_t report;
static ardoq_list_t list;

/* ---- What reaches the network ---------------------------------------------------------------- */

static unsigned sends;

ardoq_err_t __real_ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                                   size_t *sent);
ardoq_err_t __wrap_ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                                   size_t *sent);
ardoq_err_t __wrap_ardoq_port_send(ardoq_port_socket_t *socket, const void *data, size_t size,
                                   size_t *sent)
{
    sends++;
    return __real_ardoq_port_send(socket, data, size, sent);
}

/* ---- The work -------------------------------------------------------------------------------- */

static ardoq_err_t open_client(const char *host, const char *ca)
{
    size_t size;
    ardoq_err_t err = sample_config(&config);
    snprintf(config.host, sizeof config.host, "%s", host);
    config.timeout_ms = PATIENCE_MS;
    config.ca_pem = read_file(ca, &size);
    sample_identity(&identity);
    return err ? err : ardoq_open(&client, &config);
}

/* The first report pays for the connection. */
static ardoq_err_t report_often(void)
{
    ardoq_err_t err = ardoq_report_device(&client, &identity, &report);
    sends = 0;
    region_begin();
    for (unsigned i = 0; !err && i < REPORTS; i++) {
        err = ardoq_report_device(&client, &identity, &report);
    }
    region_end("report");
    printf("sends %u\n", sends / REPORTS);
    return err;
}

static ardoq_err_t take_element(void *context, const ardoq_json_document_t *element, uint32_t index)
{
    unsigned *count = context;
    char id[32];
    (void)index;
    const ardoq_err_t err = ardoq_json_string(element, ARDOQ_JSON_ROOT, "_id", id, sizeof id);
    *count += !err && id[0] == '5';
    return err;
}

static ardoq_err_t read_list(void)
{
    unsigned count = 0;
    region_begin();
    const ardoq_err_t err =
        ardoq_list_each(&client, &list, "/api/v2/components", NULL, 0, take_element, &count);
    region_end("list");
    printf("elements %u\n", count);
    return err;
}

int main(int argc, char **argv)
{
    ardoq_err_t err = argc == 3 ? open_client(argv[1], argv[2]) : ARDOQ_ERR_INVALID_ARGUMENT;
    if (!err) {
        err = report_often();
    }
    if (!err) {
        err = read_list();
    }
    ardoq_close(&client);
    printf("%s\n", ardoq_err_name(err));
    return err ? 1 : 0;
}
