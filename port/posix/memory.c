#define _GNU_SOURCE /* secure_getenv(), flock() */

#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/port_posix.h"

/* Set while a program only reads state that may belong to another user. */
static const char *looked_at;

/* ---- The folder ------------------------------------------------------------------------------ */

void ardoq_posix_look_at_state(const char *path)
{
    looked_at = path;
}

/* systemd may list several folders separated by colons; use the first (systemd.exec(5)). */
ardoq_err_t ardoq_posix_state_path(char *path, size_t size)
{
    if (looked_at) {
        return snprintf(path, size, "%s", looked_at) < (int)size ? ARDOQ_OK
                                                                 : ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    static const char *const places[][2] = {
        {"STATE_DIRECTORY", ""}, {"XDG_STATE_HOME", "/ardoq"}, {"HOME", "/.local/state/ardoq"}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *base = secure_getenv(places[i][0]);
        if (base && base[0] == '/') {
            const int first = (int)strcspn(base, i == 0 ? ":" : "");
            return snprintf(path, size, "%.*s%s", first, base, places[i][1]) < (int)size
                       ? ARDOQ_OK
                       : ARDOQ_ERR_STORE_UNAVAILABLE;
        }
    }
    return ARDOQ_ERR_NOT_SET;
}

/* Only for this user, whatever the umask. */
static void make_folder(const char *path)
{
    if (mkdir(path, 0700) == 0) {
        (void)chmod(path, 0700);
    }
}

/* Creates the missing parts of the path. */
static void make_path(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        make_folder(path);
        *slash = '/';
    }
    make_folder(path);
}

static bool is_own(const struct stat *status)
{
    return looked_at || (status->st_uid == geteuid() && !(status->st_mode & (S_IWGRP | S_IWOTH)));
}

static ardoq_err_t open_folder(bool make, int *folder)
{
    char path[PATH_MAX];
    struct stat status;
    const ardoq_err_t err = ardoq_posix_state_path(path, sizeof path);
    if (err) {
        return make ? ARDOQ_ERR_STORE_UNAVAILABLE : err;
    }
    if (make) {
        make_path(path);
    }
    *folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0) {
        return errno == ENOENT && !make ? ARDOQ_ERR_NOT_SET : ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    if (fstat(*folder, &status) == 0 && is_own(&status)) {
        return ARDOQ_OK;
    }
    close(*folder);
    return ARDOQ_ERR_STORE_PERMISSIONS;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* Reads up to `size` bytes; -1 on failure. */
static ssize_t read_up_to(int file, char *data, size_t size)
{
    size_t length = 0;
    ssize_t got = 1;
    while (got != 0 && length < size) {
        got = read(file, data + length, size - length);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)length;
}

static ardoq_err_t read_file(int file, void *data, size_t size, size_t *length)
{
    struct stat status;
    if (fstat(file, &status) < 0 || !S_ISREG(status.st_mode)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    if (!is_own(&status) || (!looked_at && (status.st_mode & (S_IRWXG | S_IRWXO)))) {
        return ARDOQ_ERR_STORE_PERMISSIONS;
    }
    if (status.st_size > (off_t)size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    const ssize_t got = read_up_to(file, data, size);
    *length = got < 0 ? 0 : (size_t)got;
    return got < 0 ? ARDOQ_ERR_STORE_UNAVAILABLE : ARDOQ_OK;
}

ardoq_err_t ardoq_posix_memory_read(const char *name, void *data, size_t size, size_t *length)
{
    int folder;
    *length = 0;
    ardoq_err_t err = open_folder(false, &folder);
    if (err) {
        return err;
    }
    const int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) {
        err = errno == ENOENT ? ARDOQ_ERR_NOT_SET : ARDOQ_ERR_STORE_UNAVAILABLE;
    } else {
        err = read_file(file, data, size, length);
        close(file);
    }
    close(folder);
    return err;
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
    return fsync(file) == 0;
}

static ardoq_err_t write_error(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ARDOQ_ERR_STORE_FULL : ARDOQ_ERR_STORE_UNAVAILABLE;
}

/* The folder is locked, so a temporary file was left by a crash. */
static ardoq_err_t replace(int folder, const char *name, const void *data, size_t size)
{
    char temporary[NAME_MAX];
    (void)snprintf(temporary, sizeof temporary, "%s.new", name);
    (void)unlinkat(folder, temporary, 0);
    const int file =
        openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return write_error();
    }
    const bool is_written = fchmod(file, 0600) == 0 && write_all(file, data, size);
    ardoq_err_t err = is_written ? ARDOQ_OK : write_error();
    close(file);
    if (!err && renameat(folder, temporary, folder, name) < 0) {
        err = write_error();
    }
    if (err) {
        (void)unlinkat(folder, temporary, 0);
    }
    return err;
}

static ardoq_err_t change_file(int folder, const char *name, const void *data, size_t size)
{
    /* Some file systems do not support locks on folders, and return other errors. */
    if (flock(folder, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    if (size > 0) {
        return replace(folder, name, data, size);
    }
    return unlinkat(folder, name, 0) < 0 && errno != ENOENT ? ARDOQ_ERR_STORE_UNAVAILABLE
                                                            : ARDOQ_OK;
}

ardoq_err_t ardoq_posix_memory_write(const char *name, const void *data, size_t size)
{
    int folder;
    if (looked_at) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    ardoq_err_t err = open_folder(size > 0, &folder);
    if (err) {
        return err;
    }
    err = change_file(folder, name, data, size);
    (void)fsync(folder);
    close(folder);
    return err;
}

ardoq_err_t ardoq_posix_state_open(const char *name, bool make, int *file)
{
    int folder;
    *file = -1;
    ardoq_err_t err = make && looked_at ? ARDOQ_ERR_STORE_UNAVAILABLE : open_folder(make, &folder);
    if (err) {
        return err;
    }
    const int flags = make ? O_RDWR | O_CREAT : O_RDONLY;
    *file = openat(folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (*file < 0) {
        err = errno == ENOENT ? ARDOQ_ERR_NOT_SET : write_error();
    }
    close(folder);
    return err;
}

/* ---- The state of the reporter --------------------------------------------------------------- */

ardoq_err_t ardoq_port_state_read(char *state, size_t size)
{
    size_t length;
    const ardoq_err_t err = ardoq_posix_memory_read(ARDOQ_PORT_STATE_KEY, state, size - 1, &length);
    state[length] = '\0';
    return err;
}

ardoq_err_t ardoq_port_state_write(const char *state)
{
    return ardoq_posix_memory_write(ARDOQ_PORT_STATE_KEY, state, strlen(state));
}

/* ---- The TLS session ------------------------------------------------------------------------- */

#define SESSION "session"

ardoq_err_t ardoq_port_session_read(void *data, size_t size, size_t *length)
{
    return ardoq_posix_memory_read(SESSION, data, size, length);
}

ardoq_err_t ardoq_port_session_write(const void *data, size_t size)
{
    return ardoq_posix_memory_write(SESSION, data, size);
}
