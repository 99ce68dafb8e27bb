#include "device_lines.h"

#include <errno.h>
#include <string.h>

#include "ardoq/json_read.h"

/* ---- Lines ---------------------------------------------------------------------------------- */

bool open_device_lines(device_lines_t *lines, const char *name, unsigned long from)
{
    lines->name = name;
    lines->from = from;
    lines->detail = "";
    lines->stream = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
    return lines->stream != NULL;
}

void close_device_lines(device_lines_t *lines)
{
    if (lines->stream && lines->stream != stdin) {
        fclose(lines->stream);
    }
}

/* Files from a spreadsheet may begin with a byte order mark. */
static void drop_mark(char *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    const size_t size = sizeof mark - 1;
    if (strncmp(text, mark, size) == 0) {
        memmove(text, text + size, strlen(text + size) + 1);
    }
}

/* Reads one line. The part that does not fit is skipped, so that the next line can be read. */
static int read_text(FILE *stream, device_line_t *line, size_t *size)
{
    int byte;
    while ((byte = getc_unlocked(stream)) != EOF && byte != '\n') {
        if (byte == '\0') {
            line->fault = "it has a NUL: is it a text in UTF-8?";
        } else if (*size + 1 == sizeof line->text) {
            line->fault = "it is over 16 KB long";
        } else {
            line->text[(*size)++] = (char)byte;
        }
    }
    return byte;
}

static bool read_line(device_lines_t *lines, device_line_t *line)
{
    size_t size = 0;
    line->fault = NULL;
    if (read_text(lines->stream, line, &size) == EOF) {
        lines->error = ferror(lines->stream) ? errno : 0;
        lines->has_ended = true;
        if (lines->error || (size == 0 && !line->fault)) {
            return false;
        }
    }
    line->number = ++lines->number;
    if (size > 0 && line->text[size - 1] == '\r') {
        size--;
    }
    line->text[size] = '\0';
    if (line->number == 1) {
        drop_mark(line->text);
    }
    return true;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\v\f")] == '\0';
}

/* The next line that is not empty. */
static bool read_device_line(device_lines_t *lines, device_line_t *line)
{
    do {
        if (lines->has_ended || !read_line(lines, line)) {
            return false;
        }
    } while (!line->fault && is_blank(line->text));
    return true;
}

/* ---- Values --------------------------------------------------------------------------------- */

static ardoq_err_t say_fault(device_lines_t *lines, const char *fault, const char *detail)
{
    lines->fault = fault;
    lines->detail = detail;
    return ARDOQ_ERR_TEXT_INVALID;
}

/* The beginning of it, for people. */
static const char *keep_unknown(device_lines_t *lines, const char *name, size_t size)
{
    snprintf(lines->unknown, sizeof lines->unknown, "%.*s", (int)size, name);
    return lines->unknown;
}

/* Reads one value of a line of CSV (RFC 4180), and leaves *at at the delimiter or the end. A quote
 * must be closed on its line, because no identity may contain a line break. */
static const char *read_csv_value(const char **at, char delimiter, char **value)
{
    const char *from = *at;
    char *to = *value;
    if (*from != '"') {
        while (*from != '\0' && *from != delimiter) {
            *to++ = *from++;
        }
    } else {
        from++;
        while (*from != '\0' && (from[0] != '"' || from[1] == '"')) {
            from += *from == '"';
            *to++ = *from++;
        }
        if (*from == '\0') {
            return "a quote is not closed; a value must not contain line breaks";
        }
        from++;
    }
    if (*from != '\0' && *from != delimiter) {
        return "a closing quote must be followed by a delimiter or the end";
    }
    *to++ = '\0';
    *at = from;
    *value = to;
    return NULL;
}

typedef ardoq_err_t (*on_csv_value_t)(device_lines_t *lines, size_t column, const char *value,
                                      ardoq_identity_t *identity);

static ardoq_err_t read_csv(device_lines_t *lines, const char *text, on_csv_value_t on_value,
                            ardoq_identity_t *identity)
{
    char *value = lines->values;
    ardoq_err_t err = ARDOQ_OK;
    for (size_t column = 0; !err; column++) {
        const char *start = value;
        const char *fault = read_csv_value(&text, lines->delimiter, &value);
        if (fault) {
            return say_fault(lines, fault, "");
        }
        err = on_value(lines, column, start, identity);
        if (*text == '\0' && !err && column + 1 < lines->column_count) {
            return say_fault(lines, "it has fewer values than the first line has fields", "");
        }
        if (*text++ == '\0') {
            return err;
        }
    }
    return err;
}

static ardoq_err_t set_column(device_lines_t *lines, size_t column, const char *value,
                              ardoq_identity_t *identity)
{
    if (column >= lines->column_count) {
        return say_fault(lines, "it has more values than the first line has fields", "");
    }
    return ardoq_identity_set(identity, lines->columns[column], value);
}

static ardoq_err_t read_json_member(device_lines_t *lines, const ardoq_json_document_t *document,
                                    int key, char **value, ardoq_identity_t *identity)
{
    size_t size;
    const char *name = ardoq_json_raw(document, key, &size);
    const ardoq_identity_field_t field = ardoq_identity_find(name, size);
    const ardoq_json_type_t type = ardoq_json_type(document, key + 1);
    const char *known = ardoq_identity_name(field);
    if (!known) {
        return say_fault(lines, "there is no identity field ", keep_unknown(lines, name, size));
    }
    if (type >= ARDOQ_JSON_ARRAY) {
        return say_fault(lines, "an array or object cannot be the value of ", known);
    }
    const char *raw = ardoq_json_raw(document, key + 1, &size);
    char *text = *value;
    if (type == ARDOQ_JSON_STRING) {
        (void)ardoq_json_string(document, key + 1, "", text, size + 1);
    } else {
        snprintf(text, size + 1, "%s", type == ARDOQ_JSON_NULL ? "" : raw);
    }
    *value = text + strlen(text) + 1;
    return ardoq_identity_set(identity, field, text);
}

/* A flat object has one token for each key and each value. */
static ardoq_err_t read_json(device_lines_t *lines, const char *text, ardoq_identity_t *identity)
{
    static ardoq_json_token_t tokens[4 * ARDOQ_IDENTITY_COUNT];
    ardoq_json_document_t document = ARDOQ_JSON_DOCUMENT(tokens);
    char *value = lines->values;
    ardoq_err_t err = ardoq_json_parse(&document, text, strlen(text));
    if (err || ardoq_json_type(&document, ARDOQ_JSON_ROOT) != ARDOQ_JSON_OBJECT) {
        return say_fault(lines, "it is not a JSON object with the identity fields of a device", "");
    }
    for (int key = 1; !err && key < document.count; key += 2) {
        err = read_json_member(lines, &document, key, &value, identity);
    }
    return err;
}

/* ---- The first line ------------------------------------------------------------------------- */

static ardoq_err_t add_column(device_lines_t *lines, size_t column, const char *value,
                              ardoq_identity_t *identity)
{
    (void)identity;
    const size_t start = strspn(value, " ");
    size_t size = strlen(value + start);
    while (size > 0 && value[start + size - 1] == ' ') {
        size--;
    }
    const ardoq_identity_field_t field = ardoq_identity_find(value + start, size);
    if (field == ARDOQ_IDENTITY_COUNT) {
        return say_fault(lines, "there is no identity field ",
                         keep_unknown(lines, value + start, size));
    }
    for (size_t i = 0; i < column; i++) {
        if (lines->columns[i] == field) {
            return say_fault(lines, "a field is named twice: ", ardoq_identity_name(field));
        }
    }
    lines->columns[column] = field;
    lines->column_count = column + 1;
    return ARDOQ_OK;
}

/* Spreadsheets write semicolons where numbers have a comma, and tabs. */
static char delimiter_of(const char *header)
{
    const char *found = strpbrk(header, ",;\t");
    return found ? *found : ',';
}

static bool has_serial(const device_lines_t *lines)
{
    for (size_t i = 0; i < lines->column_count; i++) {
        if (lines->columns[i] == ARDOQ_IDENTITY_serial) {
            return true;
        }
    }
    return false;
}

static bool take_header(device_lines_t *lines, device_line_t *line)
{
    lines->delimiter = delimiter_of(line->text);
    if (line->fault) {
        (void)say_fault(lines, line->fault, "");
    } else if (!read_csv(lines, line->text, add_column, NULL) && !has_serial(lines)) {
        (void)say_fault(lines, "the first line does not name the field serial", "");
    }
    return !lines->fault;
}

bool read_device_header(device_lines_t *lines)
{
    device_line_t *line = &lines->lines[0];
    if (!read_device_line(lines, line)) {
        return true;
    }
    if (line->text[strspn(line->text, " \t")] != '{') {
        return take_header(lines, line);
    }
    lines->count = line->number >= lines->from;
    return true;
}

/* ---- Devices -------------------------------------------------------------------------------- */

static device_line_t *line_of(device_lines_t *lines, uint32_t index)
{
    return &lines->lines[index % ARDOQ_BATCH_DEVICES];
}

/* Devices are requested in order; after that only the last ones may be requested again. */
static bool read_up_to(device_lines_t *lines, uint32_t index)
{
    while (lines->count <= index) {
        device_line_t *line = line_of(lines, lines->count);
        if (!read_device_line(lines, line)) {
            return false;
        }
        lines->count += line->number >= lines->from;
    }
    return true;
}

ardoq_err_t next_device_line(void *context, uint32_t index, ardoq_identity_t *identity)
{
    device_lines_t *lines = context;
    lines->fault = NULL;
    lines->detail = "";
    if (!read_up_to(lines, index)) {
        return ARDOQ_DEVICES_END;
    }
    const device_line_t *line = line_of(lines, index);
    if (line->fault) {
        return say_fault(lines, line->fault, "");
    }
    return lines->delimiter != '\0' ? read_csv(lines, line->text, set_column, identity)
                                    : read_json(lines, line->text, identity);
}

unsigned long number_of_device_line(const device_lines_t *lines, uint32_t index)
{
    return index < lines->count ? lines->lines[index % ARDOQ_BATCH_DEVICES].number
                                : lines->number + 1;
}
