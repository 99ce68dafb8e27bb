#include "service.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "ardoq/port_posix.h"
#include "ardoq/settings.h"
#include "ardoq/text.h"

#define FILE_NAME "service"

enum { FILE_SIZE = PATH_MAX + 256 };

static int service_file = -1; /* locked while open, so until the process ends */

/* ---- The file -------------------------------------------------------------------------------- */

ardoq_err_t service_begin(void)
{
    ardoq_err_t err = ardoq_posix_state_open(FILE_NAME, true, &service_file);
    if (!err && flock(service_file, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        err = ARDOQ_PENDING;
    }
    return err;
}

/* A reader during the write only misses a part. */
void service_note(const service_t *service)
{
    if (service_file >= 0) {
        char text[FILE_SIZE];
        const int size = snprintf(text, sizeof text, "%ld %lu %d %d %s\n", service->process,
                                  (unsigned long)service->heartbeat, service->last_err,
                                  (int)service->token, service->settings);
        const bool is_written =
            ftruncate(service_file, 0) == 0 && pwrite(service_file, text, (size_t)size, 0) == size;
        (void)is_written;
    }
}

/* @return false if no number follows in the text */
static bool take_number(char **text, long *number)
{
    char *end;
    *number = strtol(*text, &end, 10);
    const bool is_number = end > *text;
    *text = end;
    return is_number;
}

static bool parse_service(char *text, service_t *service)
{
    long heartbeat;
    long last_err;
    long token;
    text[strcspn(text, "\n")] = '\0';
    if (!take_number(&text, &service->process) || !take_number(&text, &heartbeat) ||
        !take_number(&text, &last_err) || !take_number(&text, &token) || token < TOKEN_NOWHERE ||
        token > TOKEN_ENVIRONMENT) {
        return false;
    }
    service->heartbeat = (uint32_t)heartbeat;
    service->last_err = (int)last_err;
    service->token = (token_source_t)token;
    snprintf(service->settings, sizeof service->settings, "%s", text + strspn(text, " "));
    /* Another user may have written it. */
    ardoq_text_blank_controls(service->settings);
    return true;
}

ardoq_err_t service_look(service_t *service)
{
    int file;
    char text[FILE_SIZE];
    ardoq_err_t err = ardoq_posix_state_open(FILE_NAME, false, &file);
    if (err) {
        return err;
    }
    const bool runs = flock(file, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
    const ssize_t size = read(file, text, sizeof text - 1);
    text[size > 0 ? size : 0] = '\0';
    close(file);
    if (!parse_service(text, service)) {
        return ARDOQ_ERR_NOT_SET;
    }
    return runs ? ARDOQ_OK : ARDOQ_PENDING;
}

/* ---- Sources --------------------------------------------------------------------------------- */

static bool has_variable(void)
{
    const char *value = secure_getenv("ARDOQ_API_TOKEN");
    return value && value[strspn(value, " \t\r\n")] != '\0';
}

static bool has_stored_token(void)
{
    char value[ARDOQ_SETTING_TEXT_SIZE];
    const ardoq_err_t err = ardoq_port_store_get("token", value, sizeof value);
    ardoq_wipe(value, sizeof value);
    return !err;
}

static bool has_built_token(void)
{
    static ardoq_config_t defaults; /* large */
    const bool has = !ardoq_config_defaults(&defaults, NULL) && defaults.token[0] != '\0';
    ardoq_config_wipe(&defaults);
    return has;
}

static token_source_t find_token(void)
{
    if (has_variable()) {
        return TOKEN_ENVIRONMENT;
    }
    if (ardoq_posix_has_credential()) {
        return TOKEN_CREDENTIAL;
    }
    if (has_stored_token()) {
        return TOKEN_FILE;
    }
    return has_built_token() ? TOKEN_BUILD : TOKEN_NOWHERE;
}

void service_sources(service_t *service)
{
    service->token = find_token();
    if (ardoq_posix_store_path(service->settings, sizeof service->settings)) {
        service->settings[0] = '\0';
    }
}

const char *token_source_text(token_source_t token)
{
    static const char *const texts[] = {
        [TOKEN_NOWHERE] = "there is none",
        [TOKEN_BUILD] = "from the build",
        [TOKEN_FILE] = "from the settings file",
        [TOKEN_CREDENTIAL] = "a credential of the service; a change needs a restart",
        [TOKEN_ENVIRONMENT] = "from the environment; a change needs a restart",
    };
    return texts[token];
}
