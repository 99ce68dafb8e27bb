#include "ardoq/settings.h"

#include <string.h>

bool ardoq_template_next(const char **template_text, ardoq_template_piece_t *piece)
{
    const char *text = *template_text;
    piece->is_field = *text == '{';
    piece->text = piece->is_field ? text + 1 : text;
    piece->size = strcspn(piece->text, piece->is_field ? "}" : "{");
    *template_text = piece->text + piece->size;
    if (piece->is_field && **template_text == '}') {
        (*template_text)++;
    }
    return *text != '\0';
}
