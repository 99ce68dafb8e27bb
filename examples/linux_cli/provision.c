#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/text.h"
#include "ardoq/value.h"
#include "assignments.h"
#include "command.h"
#include "console.h"
#include "files.h"
#include "nearest.h"
#include "variable.h"

enum { SETTINGS_MAX = 64 };

/* The longest string of the generator, with its NUL. NVS itself accepts 4000 bytes; with the key's
 * entry these fill a page, which the generator does not allow. */
enum { NVS_STRING_SIZE = 124 * 32 };

typedef struct {
    const char *csv_path;
    char *values[SETTINGS_MAX]; /* in the order of the settings; null for unset */
} device_t;

/* ---- Messages -------------------------------------------------------------------------------- */

static int explain(ardoq_err_t err, const char *key)
{
    ardoq_console_explain(&console, NULL, err, key);
    return ardoq_console_exit_status(err);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* The table keeps its order, and no copy of the token stays in memory. */
static void set_value(device_t *device, size_t index, char *value)
{
    char *before = device->values[index];
    if (value && ardoq_setting_at(index)->kind != ARDOQ_SETTING_KIND_PEM) {
        trim_value(value);
    }
    if (before) {
        ardoq_wipe(before, strlen(before));
        free(before);
    }
    device->values[index] = value;
} /* NOLINT(clang-analyzer-unix.Malloc): the table has it, and forget_values() frees it */

static void forget_values(device_t *device)
{
    for (size_t i = 0; i < SETTINGS_MAX; i++) {
        set_value(device, i, NULL);
    }
}

/* SETTINGS_MAX if there is no such setting. */
static size_t find(const char *name)
{
    const ardoq_setting_t *setting;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        if (strcmp(setting->name, name) == 0) {
            return i;
        }
    }
    return SETTINGS_MAX;
}

static int out_of_memory(void)
{
    fputs("error: out of memory\n", stderr);
    return EXIT_FAILURE;
}

/* A variable of an earlier version: the device would report to other custom fields. */
static int refuse_obsolete_variables(void)
{
    static const char prefix[] = "ARDOQ_KEY_";
    for (char **entry = environ; *entry; entry++) {
        if (strncmp(*entry, prefix, sizeof prefix - 1) == 0) {
            char name[32];
            snprintf(name, sizeof name, "%.*s", (int)strcspn(*entry, "="), *entry);
            return explain(ARDOQ_ERR_SETTING_OBSOLETE, name);
        }
    }
    return GO_ON;
}

/* The variables of all settings. This machine's store and identity are its own: nothing of them
 * goes to a device. */
static int take_environment(device_t *device)
{
    const ardoq_setting_t *setting;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        const bool has_variable =
            setting->kind <= ARDOQ_SETTING_KIND_NUMBER || setting->kind == ARDOQ_SETTING_KIND_MODEL;
        const char *value = has_variable ? getenv(variable_of(setting->name).text) : NULL;
        size_t size = 0;
        if (value) {
            (void)ardoq_value_trim(value, &size);
        }
        if (size > 0) {
            set_value(device, i, strdup(value));
            if (!device->values[i]) {
                return out_of_memory();
            }
        }
    }
    return GO_ON;
}

/* Other users can see command lines, and shells keep them in a history. */
static bool is_token_on_command_line(const char *assignment)
{
    const char token[] = "token=";
    const size_t size = sizeof token - 1;
    return strncmp(assignment, token, size) == 0 && assignment[size] != '@' &&
           strcmp(assignment + size, "-") != 0;
}

/* No message repeats a value: after a misspelt key it may be the token. */
static int take_assignment(device_t *device, char *assignment)
{
    char *equals = strchr(assignment, '=');
    if (!equals) {
        return usage_error("--set needs the form NAME=VALUE");
    }
    if (is_token_on_command_line(assignment)) {
        return usage_error("the token does not belong on the command line: give it in "
                           "ARDOQ_API_TOKEN, or on standard input with --set token=-");
    }
    *equals = '\0';
    const size_t index = find(assignment);
    if (index == SETTINGS_MAX) {
        const int code = explain(ARDOQ_ERR_SETTING_UNKNOWN, assignment);
        say_nearest(nearest_setting(assignment));
        return code;
    }
    set_value(device, index, read_value(equals + 1));
    if (!device->values[index]) {
        return reading_error(equals + 1);
    }
    return GO_ON;
}

static int take_serial(device_t *device, const char *serial)
{
    const size_t index = find("serial");
    set_value(device, index, strdup(serial));
    return device->values[index] ? GO_ON : out_of_memory();
}

/* ---- Checks ---------------------------------------------------------------------------------- */

static bool is_ascii(const char *value)
{
    while (*value != '\0' && (*value & 0x80) == 0) {
        value++;
    }
    return *value == '\0';
}

static bool is_utf8(const char *value)
{
    size_t step = 1;
    while (step > 0 && *value != '\0') {
        uint32_t code;
        step = ardoq_utf8_next(value, SIZE_MAX, &code);
        value += step;
    }
    return step > 0;
}

/* Why the generator would not accept the value unchanged; null if it would. A lone CR ends a line
 * too, because Python turns it into an LF. */
static const char *obstacle(const char *value)
{
    if (!is_utf8(value)) {
        return "it is not UTF-8, which the partition generator needs";
    }
    if (strstr(value, "\n#") || strstr(value, "\r#")) {
        return "a line of it begins with #, and the partition generator would drop it: remove that "
               "line";
    }
    return NULL;
}

static int check_value(const ardoq_setting_t *setting, const char *value)
{
    ardoq_err_t err = ardoq_setting_assign(setting, NULL, value);
    if (!err && strlen(value) + 1 > NVS_STRING_SIZE) {
        err = ARDOQ_ERR_SETTING_TOO_LONG;
    }
    if (err) {
        return explain(err, setting->name);
    }
    const char *reason = obstacle(value);
    if (!reason) {
        return GO_ON;
    }
    const int code = explain(ARDOQ_ERR_SETTING_INVALID, setting->name);
    fprintf(stderr, "  %s\n", reason);
    return code;
}

static bool is_given(const device_t *device, const char *key)
{
    const char *value = device->values[find(key)];
    return value && value[0] != '\0';
}

static int check(const device_t *device)
{
    const ardoq_setting_t *setting;
    int code = GO_ON;
    for (size_t i = 0; code == GO_ON && (setting = ardoq_setting_at(i)) != NULL; i++) {
        if (device->values[i]) {
            code = check_value(setting, device->values[i]);
        }
    }
    const bool has_certificate = is_given(device, "cert") && is_given(device, "key");
    if (code == GO_ON && !is_given(device, "token") && !has_certificate) {
        code = explain(ARDOQ_ERR_TOKEN_MISSING, "token");
    }
    return code;
}

/* ---- The CSV file ---------------------------------------------------------------------------- */

/* RFC 4180, but with LF: the generator's Python turns all line ends into it. */
static void write_quoted(FILE *csv, const char *value)
{
    fputc('"', csv);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"') {
            fputs("\"\"", csv);
        } else if (*at != '\r') {
            fputc(*at, csv);
        } else if (at[1] != '\n') {
            fputc('\n', csv);
        }
    }
    fputc('"', csv);
}

static void write_value(FILE *csv, const char *value)
{
    if (strpbrk(value, ",\"\r\n")) {
        write_quoted(csv, value);
    } else {
        fputs(value, csv);
    }
}

static void write_csv(FILE *csv, const device_t *device)
{
    const ardoq_setting_t *setting;
    /* Unbuffered, so that no copy of the token stays in the stream. */
    setvbuf(csv, NULL, _IONBF, 0);
    fputs("key,type,encoding,value\nardoq,namespace,,\n", csv);
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        if (device->values[i]) {
            fprintf(csv, "%s,data,string,", setting->name);
            write_value(csv, device->values[i]);
            fputs("\n", csv);
        }
    }
}

static int file_error(const char *path, const char *reason)
{
    say("error: ", path, " cannot be written: ", reason);
    return EXIT_FAILURE;
}

/* False with errno. The stream is closed in any case. */
static bool finish(FILE *csv)
{
    const bool is_written = fflush(csv) == 0 && !ferror(csv) && fsync(fileno(csv)) == 0;
    const int reason = errno;
    const bool is_closed = fclose(csv) == 0;
    errno = is_written ? errno : reason;
    return is_written && is_closed;
}

/* Never readable by others, and renamed to its final name only when complete. */
static bool replace_file(const device_t *device, char *work_path)
{
    const int descriptor = mkstemp(work_path);
    if (descriptor < 0) {
        return false;
    }
    /* The umask may have removed the owner's rights too. */
    FILE *csv = fchmod(descriptor, S_IRUSR | S_IWUSR) == 0 ? fdopen(descriptor, "w") : NULL;
    if (csv) {
        write_csv(csv, device);
    }
    if (csv && finish(csv) && rename(work_path, device->csv_path) == 0) {
        return true;
    }
    const int reason = errno;
    unlink(work_path);
    errno = reason;
    return false;
}

/* ESP-IDF 5.1 and 5.2 count characters where NVS needs bytes (ESP-IDF, issue 15441). */
static void note_old_generators(const device_t *device)
{
    const ardoq_setting_t *setting;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        if (device->values[i] && !is_ascii(device->values[i])) {
            fprintf(stderr,
                    "note: %s is not all ASCII: the device would lose it with the partition "
                    "generator of ESP-IDF 5.1 or 5.2; esp-idf-nvs-partition-gen 0.1.9 or later "
                    "takes it\n",
                    setting->name);
        }
    }
}

static int write_file(const device_t *device)
{
    struct stat status;
    char *work_path;
    /* A rename would replace a link, such as /dev/stdout, itself. */
    if (lstat(device->csv_path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return file_error(device->csv_path, "it is no regular file");
    }
    if (asprintf(&work_path, "%s.XXXXXX", device->csv_path) < 0) {
        return out_of_memory();
    }
    const bool is_replaced = replace_file(device, work_path);
    const int reason = errno;
    free(work_path);
    if (!is_replaced) {
        return file_error(device->csv_path, strerror(reason));
    }
    say("written: ", device->csv_path,
        is_given(device, "token") ? "; it contains the token, so delete it after use"
                                  : "; it contains the key, so delete it after use");
    return EXIT_SUCCESS;
}

static int write_settings(const device_t *device)
{
    note_old_generators(device);
    if (strcmp(device->csv_path, "-") != 0) {
        return write_file(device);
    }
    write_csv(stdout, device);
    return EXIT_SUCCESS;
}

/* ---- The command ----------------------------------------------------------------------------- */

enum { OPTION_SERIAL = OPTION_FIRST, OPTION_CSV };

static const struct argp_option options[] = {
    {"serial", OPTION_SERIAL, "SERIAL", 0, "The serial number of the device", 0},
    {"set", 's', "SETTING=VALUE|@FILE|-", 0,
     "Set a setting to a value, a file's or that of standard input; may be repeated", 0},
    {"csv", OPTION_CSV, "FILE", 0, "The file to write; - is standard output", 0},
    {0},
};

static const char *serial = "";
static const char *csv_path = "";
static assignments_t assignments;

static int take_provision_option(int key, char *value)
{
    switch (key) {
    case OPTION_SERIAL:
        serial = value;
        return GO_ON;
    case OPTION_CSV:
        csv_path = value;
        return GO_ON;
    default:
        return add_assignment(&assignments, value);
    }
}

/* The command line overrides the variables. */
static int take_all(device_t *device)
{
    int code = refuse_obsolete_variables();
    code = code == GO_ON ? take_environment(device) : code;
    code = code == GO_ON ? take_serial(device, serial) : code;
    for (size_t i = 0; code == GO_ON && i < assignments.count; i++) {
        code = take_assignment(device, assignments.texts[i]);
    }
    return code == GO_ON ? check(device) : code;
}

static int run_provision(size_t count, char **words)
{
    (void)words;
    device_t device = {.csv_path = csv_path};
    if (count > 0 || serial[0] == '\0' || csv_path[0] == '\0') {
        return usage_error("provision takes: --serial S [--set NAME=VALUE]... --csv FILE");
    }
    int code = take_all(&device);
    code = code == GO_ON ? write_settings(&device) : code;
    forget_values(&device);
    return code;
}

const command_t command_provision = {
    .name = "provision",
    .summary = "Write a device's settings for ESP-IDF's NVS partition generator",
    .arguments = "",
    .text = "It writes the serial number, the settings whose variables are set, and those of\n"
            "--set. The token comes from ARDOQ_API_TOKEN, a file or standard input.",
    .examples = "  ardoq provision --serial A-0042 --set ca0=@root.pem --csv A-0042.csv\n",
    .options = options,
    .words_max = WORDS_ANY, /* none is used or repeated: it may be the token */
    .take = take_provision_option,
    .run = run_provision,
};
