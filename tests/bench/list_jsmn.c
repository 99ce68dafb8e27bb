/* list_jsmn FILE: splits a list of components into jsmn's tokens; what looks for `_id` in them
 * comes on top. */
#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#include <jsmn.h>
#include <stdio.h>
#include <stdlib.h>

#include "files.h"
#include "region.h"

enum { TOKENS = 1000000 };

int main(int argc, char **argv)
{
    jsmntok_t *tokens = malloc(sizeof *tokens * TOKENS);
    if (argc != 2 || !tokens) {
        return 2;
    }
    size_t size;
    const char *text = read_file(argv[1], &size);
    jsmn_parser parser;
    region_begin();
    jsmn_init(&parser);
    const int count = jsmn_parse(&parser, text, size, tokens, TOKENS);
    region_end("list");
    free(tokens);
    return count > 0 ? 0 : 1;
}
