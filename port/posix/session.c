/* The TLS session in a file that nobody else can read or write: the file `session` of the folder
 * $STATE_DIRECTORY, which systemd gives to a service; else one beside the store, with its name and
 * ".session". No folder is made for it. */
#define _GNU_SOURCE /* secure_getenv() */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/port.h"
#include "ardoq/port_posix.h"
#include "ardoq/text.h"

#define TEMPORARY_SUFFIX ".new"

typedef struct {
    int folder; /* open */
    char name[NAME_MAX + 1];
    char temporary[NAME_MAX + 1];
} place_t;

/* ---- Where it is ----------------------------------------------------------------------------- */

static ardoq_err_t join(char *out, size_t size, const char *start, const char *end)
{
    ardoq_text_t text;
    ardoq_text_init(&text, out, size, ARDOQ_ERR_STORE_UNAVAILABLE);
    ardoq_text_append_string(&text, start);
    ardoq_text_append_string(&text, end);
    return text.err;
}

/* systemd names several folders when it was told to make several. */
static ardoq_err_t find_path(char path[PATH_MAX])
{
    char start[PATH_MAX];
    const char *state = secure_getenv("STATE_DIRECTORY");
    if (state && state[0] == '/') {
        ardoq_err_t err = join(start, sizeof start, state, "");
        start[strcspn(start, ":")] = '\0';
        return err ? err : join(path, PATH_MAX, start, "/session");
    }
    ardoq_err_t err = ardoq_posix_store_path(start, sizeof start);
    return err ? err : join(path, PATH_MAX, start, ".session");
}

/* Who can change the folder can change what is in it. */
static bool is_safe(int file, mode_t type, mode_t forbidden)
{
    struct stat status;
    return fstat(file, &status) == 0 && (status.st_mode & S_IFMT) == type &&
           (status.st_uid == geteuid() || (type == S_IFDIR && status.st_uid == 0)) &&
           (status.st_mode & forbidden) == 0;
}

static ardoq_err_t find_place(place_t *place)
{
    char path[PATH_MAX];
    ardoq_err_t err = find_path(path);
    if (err) {
        return err;
    }
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    err = join(place->name, sizeof place->name, name, "");
    err = err ? err : join(place->temporary, sizeof place->temporary, name, TEMPORARY_SUFFIX);
    if (err) {
        return err;
    }
    place->folder = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (place->folder < 0) {
        return ARDOQ_ERR_NOT_SET;
    }
    if (!is_safe(place->folder, S_IFDIR, S_IWGRP | S_IWOTH)) {
        close(place->folder);
        return ARDOQ_ERR_STORE_PERMISSIONS;
    }
    return ARDOQ_OK;
}

/* ---- Reading --------------------------------------------------------------------------------- */

ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    place_t place;
    ardoq_err_t err = find_place(&place);
    if (err) {
        return err;
    }
    const int file =
        openat(place.folder, place.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    close(place.folder);
    if (file < 0) {
        return ARDOQ_ERR_NOT_SET;
    }
    /* One that is cut short, or longer, is for the core to refuse. */
    const ssize_t got = is_safe(file, S_IFREG, S_IRWXG | S_IRWXO) ? read(file, data, size) : -1;
    close(file);
    *length = (size_t)got;
    return got < 0 ? ARDOQ_ERR_STORE_PERMISSIONS : ARDOQ_OK;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool write_all(int file, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(file, data, size);
        if (written < 0 && errno != EINTR) {
            return false;
        }
        data += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* Not made to last: a session that a crash takes costs no more than a full handshake. */
static bool write_temporary(const place_t *place, const void *data, size_t size)
{
    /* What a crash has left; or another program is at it, and one of both will lose. */
    (void)unlinkat(place->folder, place->temporary, 0);
    const int file = openat(place->folder, place->temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
        return false;
    }
    /* The umask may have taken rights from the owner too. */
    const bool is_written = fchmod(file, S_IRUSR | S_IWUSR) == 0 && write_all(file, data, size);
    return close(file) == 0 && is_written;
}

static bool replace(const place_t *place, const void *data, size_t size)
{
    if (write_temporary(place, data, size) &&
        renameat(place->folder, place->temporary, place->folder, place->name) == 0) {
        return true;
    }
    (void)unlinkat(place->folder, place->temporary, 0);
    return false;
}

static bool erase(const place_t *place)
{
    return unlinkat(place->folder, place->name, 0) == 0 || errno == ENOENT;
}

ardoq_err_t ardoq_port_session_write(const void *data, size_t size)
{
    place_t place;
    const ardoq_err_t err = find_place(&place);
    if (err) {
        return err;
    }
    const bool is_done = size > 0 ? replace(&place, data, size) : erase(&place);
    close(place.folder);
    return is_done ? ARDOQ_OK : ARDOQ_ERR_STORE_UNAVAILABLE;
}
