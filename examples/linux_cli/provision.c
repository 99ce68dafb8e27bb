#include "provision.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/text.h"
#include "files.h"

enum { GO_ON = -1, EXIT_USAGE = 2 };

enum { SETTINGS_MAX = 64 };

/* A string of NVS takes so many bytes, its NUL included (ESP-IDF, nvs.h, nvs_set_str()). */
enum { NVS_STRING_SIZE = 4000 };

typedef struct {
    const ardoq_console_t *console;
    const char *csv_path;
    char *values[SETTINGS_MAX]; /* in the order of the settings; null for unset */
} device_t;

/* ---- Messages -------------------------------------------------------------------------------- */

static int usage_error(const char *message, const char *argument)
{
    fprintf(stderr, "error: %s%s\n  `ardoq --help` shows the commands\n", message, argument);
    return EXIT_USAGE;
}

static int explain(const device_t *device, ardoq_err_t err, const char *key)
{
    ardoq_console_explain(device->console, err, key, NULL, NULL);
    return ardoq_console_exit_status(err);
}

/* ---- Values ---------------------------------------------------------------------------------- */

/* They stay in the order of the table, where a token must not stay behind. */
static void set_value(device_t *device, size_t index, char *value)
{
    char *before = device->values[index];
    if (before) {
        ardoq_wipe(before, strlen(before));
        free(before);
    }
    device->values[index] = value;
}

static void forget_values(device_t *device)
{
    for (size_t i = 0; i < SETTINGS_MAX; i++) {
        set_value(device, i, NULL);
    }
}

/* SETTINGS_MAX if there is no such setting. */
static size_t find(const char *key, size_t key_size)
{
    const ardoq_setting_t *setting;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        if (strlen(setting->key) == key_size && memcmp(setting->key, key, key_size) == 0) {
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

/* The variables of Ardoq's guide, and those of the other settings. The store of this machine is its
 * own: nothing of it goes to a device. */
static int take_environment(device_t *device)
{
    const ardoq_setting_t *setting;
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        const char *value = setting->environment ? getenv(setting->environment) : NULL;
        if (value && value[0] != '\0') {
            set_value(device, i, strdup(value));
            if (!device->values[i]) {
                return out_of_memory();
            }
        }
    }
    return GO_ON;
}

/* Command lines are seen by other users, and kept in a history. */
static bool is_token_on_command_line(const char *assignment)
{
    const char token[] = "token=";
    const size_t size = sizeof token - 1;
    return strncmp(assignment, token, size) == 0 && assignment[size] != '@' &&
           strcmp(assignment + size, "-") != 0;
}

static int take_assignment(device_t *device, const char *assignment)
{
    const char *equals = strchr(assignment, '=');
    if (!equals) {
        return usage_error("a setting needs the form KEY=VALUE: ", assignment);
    }
    if (is_token_on_command_line(assignment)) {
        return usage_error("the token does not belong on the command line: give it in "
                           "ARDOQ_API_TOKEN, or on standard input with --set token=-",
                           "");
    }
    const size_t index = find(assignment, (size_t)(equals - assignment));
    if (index == SETTINGS_MAX) {
        fprintf(stderr, "given: %s\n", assignment);
        return explain(device, ARDOQ_ERR_SETTING_UNKNOWN, NULL);
    }
    set_value(device, index, read_value(equals + 1));
    if (!device->values[index]) {
        fprintf(stderr, "error: %s cannot be read: %s\n", equals + 1, strerror(errno));
        return EXIT_USAGE;
    }
    return GO_ON;
}

static int take_serial(device_t *device, const char *serial)
{
    const size_t index = find("serial", strlen("serial"));
    set_value(device, index, strdup(serial));
    return device->values[index] ? GO_ON : out_of_memory();
}

/* ---- Checks ---------------------------------------------------------------------------------- */

/* The generator drops each line that begins with '#', within a value too. */
static bool has_lost_line(const char *value)
{
    return strstr(value, "\n#") != NULL;
}

static int check_value(const device_t *device, const ardoq_setting_t *setting, const char *value)
{
    ardoq_err_t err = ardoq_setting_assign(setting, NULL, value);
    if (!err && strlen(value) + 1 > NVS_STRING_SIZE) {
        err = ARDOQ_ERR_SETTING_TOO_LONG;
    }
    if (err) {
        return explain(device, err, setting->key);
    }
    if (has_lost_line(value)) {
        fprintf(stderr,
                "error: a line of %s begins with #, and the partition generator would drop it: "
                "remove that line\n",
                setting->key);
        return ardoq_console_exit_status(ARDOQ_ERR_SETTING_INVALID);
    }
    return GO_ON;
}

static bool is_given(const device_t *device, const char *key)
{
    const char *value = device->values[find(key, strlen(key))];
    return value && value[0] != '\0';
}

static int check(const device_t *device)
{
    const ardoq_setting_t *setting;
    int code = GO_ON;
    for (size_t i = 0; code == GO_ON && (setting = ardoq_setting_at(i)) != NULL; i++) {
        if (device->values[i]) {
            code = check_value(device, setting, device->values[i]);
        }
    }
    if (code == GO_ON && !is_given(device, "token")) {
        code = explain(device, ARDOQ_ERR_TOKEN_MISSING, "token");
    }
    return code;
}

/* ---- The CSV file ---------------------------------------------------------------------------- */

/* RFC 4180, but with the line ends that the generator's Python makes of all others. */
static void write_quoted(FILE *csv, const char *value)
{
    const bool is_plain = strpbrk(value, ",\"\r\n") == NULL;
    fputs(is_plain ? "" : "\"", csv);
    for (const char *at = value; *at != '\0'; at++) {
        if (*at != '\r') {
            fputs(*at == '"' ? "\"\"" : (char[2]){*at, '\0'}, csv);
        }
    }
    fputs(is_plain ? "" : "\"", csv);
}

static void write_csv(FILE *csv, const device_t *device)
{
    const ardoq_setting_t *setting;
    fputs("key,type,encoding,value\nardoq,namespace,,\n", csv);
    for (size_t i = 0; (setting = ardoq_setting_at(i)) != NULL; i++) {
        if (device->values[i]) {
            fprintf(csv, "%s,data,string,", setting->key);
            write_quoted(csv, device->values[i]);
            fputs("\n", csv);
        }
    }
}

static int file_error(const char *path, const char *reason)
{
    fprintf(stderr, "error: %s cannot be written: %s\n", path, reason);
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

/* Readable by nobody else from its first moment on, and under its name only when it is whole. */
static bool replace_file(const device_t *device, char *work_path)
{
    const int descriptor = mkstemp(work_path);
    FILE *csv = descriptor < 0 ? NULL : fdopen(descriptor, "w");
    if (!csv) {
        return false;
    }
    /* Unbuffered, so that no copy of the token stays in the stream. */
    setvbuf(csv, NULL, _IONBF, 0);
    write_csv(csv, device);
    if (finish(csv) && rename(work_path, device->csv_path) == 0) {
        return true;
    }
    const int reason = errno;
    unlink(work_path);
    errno = reason;
    return false;
}

static int write_file(const device_t *device)
{
    struct stat status;
    char *work_path;
    if (stat(device->csv_path, &status) == 0 && !S_ISREG(status.st_mode)) {
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
    fprintf(stderr, "written: %s; it holds the token, so delete it after use\n", device->csv_path);
    return EXIT_SUCCESS;
}

static int write_settings(const device_t *device)
{
    if (strcmp(device->csv_path, "-") != 0) {
        return write_file(device);
    }
    write_csv(stdout, device);
    return EXIT_SUCCESS;
}

/* ---- The command ----------------------------------------------------------------------------- */

static int take_option(device_t *device, int option)
{
    switch (option) {
    case 'i':
        return take_serial(device, optarg);
    case 's':
        return take_assignment(device, optarg);
    case 'c':
        device->csv_path = optarg;
        return GO_ON;
    default:
        return EXIT_USAGE; /* getopt has said why */
    }
}

static int take_options(device_t *device, int argc, char **argv)
{
    static const struct option options[] = {
        {"serial", required_argument, NULL, 'i'},
        {"set", required_argument, NULL, 's'},
        {"csv", required_argument, NULL, 'c'},
        {0},
    };
    int option;
    int code = GO_ON;
    optind = 0;
    while (code == GO_ON && (option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        code = take_option(device, option);
    }
    if (code != GO_ON) {
        return code;
    }
    if (optind < argc) {
        return usage_error("provision does not take: ", argv[optind]);
    }
    if (!is_given(device, "serial") || !device->csv_path) {
        return usage_error("provision needs --serial and --csv", "");
    }
    return GO_ON;
}

int provision(const ardoq_console_t *console, int argc, char **argv)
{
    device_t device = {.console = console};
    int code = take_environment(&device);
    if (code == GO_ON) {
        code = take_options(&device, argc, argv);
    }
    if (code == GO_ON) {
        code = check(&device);
    }
    if (code == GO_ON) {
        code = write_settings(&device);
    }
    forget_values(&device);
    return code;
}
