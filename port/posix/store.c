#define _GNU_SOURCE /* secure_getenv(), flock(), realpath() */

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/port_posix.h"
#include "ardoq/text.h"
#include "environment.h"
#include "store_text.h"

#define LOCK_SUFFIX      ".lock"
#define TEMPORARY_SUFFIX ".new"

/* Text of the store on the heap. It holds secrets, so it is wiped before it is freed. */
typedef struct {
    char *data; /* null when there is none */
    size_t size;
} content_t;

/* Where a change takes place: the store's folder, and its lock, held as long as this is open. */
typedef struct {
    int folder;
    int lock;
    char name[NAME_MAX + 1];
    char temporary[NAME_MAX + 1];
} place_t;

static const char *chosen_path;

/* ---- Where it is ----------------------------------------------------------------------------- */

const char *ardoq_port_environment(const char *name)
{
    return secure_getenv(name);
}

void ardoq_posix_set_store_path(const char *path)
{
    chosen_path = path;
}

static ardoq_err_t join(char *out, size_t size, const char *start, const char *end)
{
    const size_t start_size = strlen(start);
    const size_t end_size = strlen(end) + 1;
    if (start_size + end_size > size) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    /* NOLINTNEXTLINE(bugprone-not-null-terminated-result): the end of the text follows */
    memcpy(out, start, start_size);
    memcpy(out + start_size, end, end_size);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_posix_store_path(char *path, size_t size)
{
    if (chosen_path) {
        return join(path, size, chosen_path, "");
    }
    const char *base = secure_getenv("XDG_CONFIG_HOME");
    if (base && base[0] == '/') {
        return join(path, size, base, "/ardoq/store");
    }
    base = secure_getenv("HOME");
    if (base && base[0] == '/') {
        return join(path, size, base, "/.config/ardoq/store");
    }
    return ARDOQ_ERR_NOT_SET;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void release(content_t *content)
{
    ardoq_wipe(content->data, content->size);
    free(content->data);
    *content = (content_t){0};
}

/* On the open file, so that what was checked is what is read. */
static ardoq_err_t check_file(int file, size_t *size)
{
    struct stat status;
    if (fstat(file, &status) < 0 || !S_ISREG(status.st_mode)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    const bool is_own = status.st_uid == geteuid() || status.st_uid == 0;
    if (!is_own || (status.st_mode & (S_IRWXG | S_IRWXO))) {
        return ARDOQ_ERR_STORE_PERMISSIONS;
    }
    if (status.st_size > ARDOQ_STORE_TEXT_MAX) {
        return ARDOQ_ERR_STORE_DAMAGED;
    }
    *size = (size_t)status.st_size;
    return ARDOQ_OK;
}

static ardoq_err_t read_all(int file, size_t size, content_t *content)
{
    content->data = malloc(size + 1); /* malloc(0) may give null */
    if (!content->data) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    while (content->size < size) {
        const ssize_t got = read(file, content->data + content->size, size - content->size);
        if (got == 0) {
            break;
        }
        if (got > 0) {
            content->size += (size_t)got;
        } else if (errno != EINTR) {
            return ARDOQ_ERR_STORE_UNAVAILABLE;
        }
    }
    return ARDOQ_OK;
}

/* @param[out] content  valid text, to be released; nothing on failure */
static ardoq_err_t read_store(int folder, const char *name, content_t *content)
{
    *content = (content_t){0};
    /* Not to block: if it is a pipe, opening it would wait for a writer. */
    const int file = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) {
        return errno == ENOENT || errno == ENOTDIR ? ARDOQ_ERR_NOT_SET
                                                   : ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    size_t size = 0;
    ardoq_err_t err = check_file(file, &size);
    if (!err) {
        err = read_all(file, size, content);
    }
    close(file);
    if (!err && !ardoq_store_text_is_valid(content->data, content->size)) {
        err = ARDOQ_ERR_STORE_DAMAGED;
    }
    if (err) {
        release(content);
    }
    return err;
}

/* @param[out] content  as read_store() */
static ardoq_err_t read_chosen_store(content_t *content)
{
    char path[PATH_MAX];
    *content = (content_t){0};
    const ardoq_err_t err = ardoq_posix_store_path(path, sizeof path);
    return err ? err : read_store(AT_FDCWD, path, content);
}

ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context)
{
    content_t content;
    ardoq_err_t err = read_chosen_store(&content);
    if (!err) {
        err = ardoq_store_text_each(content.data, content.size, buffer, size, on_value, context);
    }
    release(&content);
    return err && err != ARDOQ_ERR_NOT_SET ? err : ardoq_posix_environment_each(on_value, context);
}

ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size)
{
    if (!ardoq_store_text_is_key(key)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    content_t content;
    ardoq_err_t err = read_chosen_store(&content);
    if (!err) {
        err = ardoq_store_text_get(content.data, content.size, key, value, size);
    }
    release(&content);
    return err;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static ardoq_err_t write_error(void)
{
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? ARDOQ_ERR_STORE_FULL
                                                                : ARDOQ_ERR_STORE_UNAVAILABLE;
}

/* A symbolic link to the store stays one: its target is changed. One that leads nowhere does not
 * say what to change. */
static ardoq_err_t follow_links(char path[PATH_MAX])
{
    char real[PATH_MAX];
    if (realpath(path, real)) {
        return join(path, PATH_MAX, real, "");
    }
    if (errno != ENOENT) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    /* By now another writer may have made the store: only a link is one that leads nowhere. */
    struct stat status;
    const bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    return is_link ? ARDOQ_ERR_STORE_UNAVAILABLE : ARDOQ_OK;
}

/* Makes every folder of the path that is missing. Whether that worked shows when it is opened. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, S_IRWXU);
        *slash = '/';
    }
}

static ardoq_err_t open_folder(place_t *place, char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    if (name[0] == '\0' || join(place->name, sizeof place->name, name, "") ||
        join(place->temporary, sizeof place->temporary, name, TEMPORARY_SUFFIX)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    make_folders(path);
    place->folder = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return place->folder < 0 ? write_error() : ARDOQ_OK;
}

/* Waits for another writer. The lock's file stays: were it removed, two could hold a lock each. */
static ardoq_err_t lock_folder(place_t *place)
{
    char name[NAME_MAX + 1];
    if (join(name, sizeof name, place->name, LOCK_SUFFIX)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    place->lock =
        openat(place->folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (place->lock < 0) {
        return write_error();
    }
    int result;
    do {
        result = flock(place->lock, LOCK_EX);
    } while (result < 0 && errno == EINTR);
    return result < 0 ? ARDOQ_ERR_STORE_UNAVAILABLE : ARDOQ_OK;
}

static void close_place(const place_t *place)
{
    if (place->lock >= 0) {
        close(place->lock);
    }
    if (place->folder >= 0) {
        close(place->folder);
    }
}

static ardoq_err_t write_all(int file, const content_t *content)
{
    size_t done = 0;
    while (done < content->size) {
        const ssize_t written = write(file, content->data + done, content->size - done);
        if (written >= 0) {
            done += (size_t)written;
        } else if (errno != EINTR) {
            return write_error();
        }
    }
    return fsync(file) < 0 ? write_error() : ARDOQ_OK;
}

static ardoq_err_t write_temporary(const place_t *place, const content_t *content)
{
    /* What a crash left behind; its writer is gone, because the lock is ours. */
    unlinkat(place->folder, place->temporary, 0);
    const int file = openat(place->folder, place->temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
        return write_error();
    }
    const ardoq_err_t err = write_all(file, content);
    return close(file) < 0 && !err ? write_error() : err;
}

/* The old text stays whole until the new one is on the disk, and then the name changes at once. */
static ardoq_err_t write_store(const place_t *place, const content_t *content)
{
    ardoq_err_t err = write_temporary(place, content);
    if (!err && renameat(place->folder, place->temporary, place->folder, place->name) < 0) {
        err = write_error();
    }
    if (err) {
        unlinkat(place->folder, place->temporary, 0);
        return err;
    }
    /* Some file systems cannot do this for a folder, and say EINVAL. */
    return fsync(place->folder) < 0 && errno != EINVAL ? write_error() : ARDOQ_OK;
}

static ardoq_err_t change_locked(const place_t *place, const char *key, const char *value)
{
    content_t old;
    ardoq_err_t err = read_store(place->folder, place->name, &old);
    if (err && err != ARDOQ_ERR_NOT_SET) {
        return err;
    }
    content_t new = {.data = malloc(ARDOQ_STORE_TEXT_MAX + 1)};
    err = ARDOQ_ERR_STORE_UNAVAILABLE;
    if (new.data) {
        ardoq_text_t text;
        ardoq_text_init(&text, new.data, ARDOQ_STORE_TEXT_MAX + 1, ARDOQ_ERR_STORE_FULL);
        err = ardoq_store_text_set(old.data, old.size, key, value, &text);
        new.size = text.length;
    }
    if (!err) {
        err = write_store(place, &new);
    }
    release(&old);
    release(&new);
    return err;
}

static ardoq_err_t change(const char *key, const char *value)
{
    char path[PATH_MAX];
    if (ardoq_posix_store_path(path, sizeof path)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    place_t place = {.folder = -1, .lock = -1};
    ardoq_err_t err = follow_links(path);
    if (!err) {
        err = open_folder(&place, path);
    }
    if (!err) {
        err = lock_folder(&place);
    }
    if (!err) {
        err = change_locked(&place, key, value);
    }
    close_place(&place);
    return err;
}

ardoq_err_t ardoq_port_store_set(const char *key, const char *value)
{
    return ardoq_store_text_is_key(key) ? change(key, value) : ARDOQ_ERR_INVALID_ARGUMENT;
}

ardoq_err_t ardoq_port_store_erase(const char *key)
{
    /* What is not there needs no folder, no lock and no new text. */
    char probe[1];
    const ardoq_err_t err = ardoq_port_store_get(key, probe, sizeof probe);
    if (err == ARDOQ_ERR_NOT_SET) {
        return ARDOQ_OK;
    }
    return err && err != ARDOQ_ERR_SETTING_TOO_LONG ? err : change(key, NULL);
}
