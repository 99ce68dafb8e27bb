/* curl_report HOST:PORT CA 1.2|1.3: the reports of ardoq_report, with libcurl and cJSON. */
#include <cJSON.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peers.h"
#include "region.h"
#include "sample.h"

enum { REPORTS = 10, PATIENCE_S = 600, ANSWER_SIZE = 2048 };

typedef struct {
    size_t size;
    char text[ANSWER_SIZE];
} answer_t;

static size_t take_body(char *data, size_t one, size_t size, void *context)
{
    answer_t *answer = context;
    if (size > sizeof answer->text - answer->size) {
        return 0;
    }
    memcpy(answer->text + answer->size, data, one * size);
    answer->size += size;
    return size;
}

/* True when the answer names a component that was created or updated. */
static int is_confirmed(const answer_t *answer)
{
    cJSON *root = cJSON_ParseWithLength(answer->text, answer->size);
    const cJSON *components = cJSON_GetObjectItemCaseSensitive(root, "components");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(components, "created");
    if (cJSON_GetArraySize(list) == 0) {
        list = cJSON_GetObjectItemCaseSensitive(components, "updated");
    }
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(cJSON_GetArrayItem(list, 0), "id");
    const int is_found = cJSON_IsString(id) && id->valuestring[0] == '5';
    cJSON_Delete(root);
    return is_found;
}

static int report_once(CURL *curl)
{
    answer_t answer = {0};
    char *body = compose_cjson();
    long status = 0;
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    const CURLcode code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    cJSON_free(body);
    return code == CURLE_OK && status == 200 && is_confirmed(&answer);
}

static CURL *open_client(const char *host, const char *ca, long version,
                         struct curl_slist **headers)
{
    char url[256];
    snprintf(url, sizeof url, "https://%s/api/v2/batch", host);
    *headers = curl_slist_append(NULL, "Accept: application/json");
    *headers = curl_slist_append(*headers, "Accept-Encoding: identity");
    *headers = curl_slist_append(*headers, "Authorization: Bearer " SAMPLE_TOKEN);
    *headers = curl_slist_append(*headers, "Content-Type: application/json");
    *headers = curl_slist_append(*headers, "X-org: acme");
    CURL *curl = curl_easy_init();
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "ardoq-device-bench");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)PATIENCE_S);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, version);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    return curl;
}

/* On its own connection: what curl keeps is the TLS session. */
static int report_alone(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    const int is_done = report_once(curl);
    curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 0L);
    return is_done;
}

static int report_often(CURL *curl)
{
    int is_done = report_once(curl);
    region_begin();
    for (unsigned i = 0; is_done && i < REPORTS; i++) {
        is_done = report_once(curl);
    }
    region_end("kept");
    return is_done;
}

int main(int argc, char **argv)
{
    if (argc != 4 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        return 2;
    }
    const long version =
        CURL_SSLVERSION_TLSv1_2 | (strcmp(argv[3], "1.2") == 0 ? (long)CURL_SSLVERSION_MAX_TLSv1_2
                                                               : (long)CURL_SSLVERSION_MAX_TLSv1_3);
    struct curl_slist *headers = NULL;
    region_begin();
    CURL *curl = open_client(argv[1], argv[2], version, &headers);
    int is_done = report_alone(curl);
    region_end("full");
    region_begin();
    is_done = is_done && report_alone(curl);
    region_end("resumed");
    is_done = is_done && report_often(curl);
    curl_easy_cleanup(curl);
    curl_slist_free_all(headers);
    return is_done ? 0 : 1;
}
