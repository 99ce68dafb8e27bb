// list_simdjson FILE: the `_id` of each component of a list, with simdjson's tree.
#include <simdjson.h>

#include <cstdio>
#include <string_view>

#include "region.h"

int main(int argc, char **argv)
{
    if (argc != 2) {
        return 2;
    }
    const simdjson::padded_string text = simdjson::padded_string::load(argv[1]);
    unsigned count = 0;
    region_begin();
    {
        simdjson::dom::parser parser;
        for (const simdjson::dom::element element : parser.parse(text)["values"]) {
            count += std::string_view(element["_id"])[0] == '5';
        }
    }
    region_end("list");
    std::printf("elements %u\n", count);
    return 0;
}
