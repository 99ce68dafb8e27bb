#include "query.h"

#include <string.h>

#include "console.h"

int add_query(query_t *query, char *pair)
{
    char *equals = strchr(pair, '=');
    if (!equals) {
        return usage_error("a query needs the form name=value: ", pair);
    }
    if (query->count == QUERY_MAX) {
        return usage_error("too many query pairs at: ", pair);
    }
    *equals = '\0';
    query->pairs[query->count++] = (ardoq_query_t){pair, equals + 1};
    return GO_ON;
}
