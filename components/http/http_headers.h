/* The headers of a response that the parser reads. Private to this folder. */
#ifndef ARDOQ_HTTP_HEADERS_H
#define ARDOQ_HTTP_HEADERS_H

#include <stdbool.h>
#include <stddef.h>

#include "ardoq/http_response.h"

/* Any header that is ignored, and every trailer. */
enum { ARDOQ_HTTP_HEADER_OTHER = 7 };

/* Which header the name in parser->text is. */
unsigned ardoq_http_header_find(const ardoq_http_parser_t *parser);

/* Handles the value in parser->text of parser->header; false rejects the response. */
bool ardoq_http_header_take(ardoq_http_parser_t *parser);

/* False if @p c is not a digit in this base, or the number overflows. */
bool ardoq_http_push_digit(size_t *number, unsigned base, char c);

#endif
