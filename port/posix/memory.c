#define _GNU_SOURCE /* secure_getenv() */

#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/port.h"

/* ---- The folder ------------------------------------------------------------------------------ */

/* systemd gives several folders with colons between; this is the first (systemd.exec(5)). */
static bool folder_path(char path[PATH_MAX])
{
    static const char *const places[][2] = {
        {"STATE_DIRECTORY", ""}, {"XDG_STATE_HOME", "/ardoq"}, {"HOME", "/.local/state/ardoq"}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *base = secure_getenv(places[i][0]);
        if (base && base[0] == '/') {
            const int size = (int)strcspn(base, i == 0 ? ":" : "");
            return snprintf(path, PATH_MAX, "%.*s%s", size, base, places[i][1]) < PATH_MAX;
        }
    }
    return false;
}

/* Whatever of it does not exist yet, for this user alone. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    (void)mkdir(path, 0700);
}

static bool is_own(const struct stat *status)
{
    return status->st_uid == geteuid() && !(status->st_mode & (S_IWGRP | S_IWOTH));
}

/* @param[out] folder  -1 on failure */
static ardoq_err_t open_folder(bool make, int *folder)
{
    char path[PATH_MAX];
    struct stat status;
    *folder = -1;
    if (!folder_path(path)) {
        return ARDOQ_ERR_NOT_SET;
    }
    if (make) {
        make_folders(path);
    }
    *folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*folder < 0) {
        return errno == ENOENT ? ARDOQ_ERR_NOT_SET : ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    if (fstat(*folder, &status) == 0 && is_own(&status)) {
        return ARDOQ_OK;
    }
    close(*folder);
    *folder = -1;
    return ARDOQ_ERR_STORE_PERMISSIONS;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* As many bytes as there are, `size` at most; -1 on failure. */
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
    if (!is_own(&status) || (status.st_mode & (S_IRWXG | S_IRWXO))) {
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

/* With a name of its own for each process, so that two do not mix what they write. */
static ardoq_err_t replace(int folder, const char *name, const void *data, size_t size)
{
    char temporary[NAME_MAX];
    (void)snprintf(temporary, sizeof temporary, "%s.%ld", name, (long)getpid());
    (void)unlinkat(folder, temporary, 0);
    const int file =
        openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) {
        return write_error();
    }
    const bool is_written = write_all(file, data, size);
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

ardoq_err_t ardoq_posix_memory_write(const char *name, const void *data, size_t size)
{
    int folder;
    ardoq_err_t err = open_folder(size > 0, &folder);
    if (err) {
        return err == ARDOQ_ERR_NOT_SET && size > 0 ? ARDOQ_ERR_STORE_UNAVAILABLE : err;
    }
    if (size > 0) {
        err = replace(folder, name, data, size);
    } else if (unlinkat(folder, name, 0) < 0 && errno != ENOENT) {
        err = ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    (void)fsync(folder);
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
