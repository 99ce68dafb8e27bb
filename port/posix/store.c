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
#include <time.h>
#include <unistd.h>

#include "ardoq/port_posix.h"
#include "ardoq/text.h"
#include "environment.h"
#include "store_text.h"

#define LOCK_SUFFIX      ".lock"
#define TEMPORARY_SUFFIX ".new"

/* How often to try to get the lock, and the pause in between: 5 s in all. */
enum { LOCK_TRIES = 500, LOCK_PAUSE_NS = 10 * 1000 * 1000 };

/* Permissions of others on a file without secrets: a service with its own user reads it too. */
enum {
    OTHERS_READ = S_IRGRP | S_IROTH,
    OTHERS_MORE = S_IWGRP | S_IXGRP | S_IWOTH | S_IXOTH,
};

/* Content of a file on the heap. It may contain secrets, so it is wiped before it is freed. */
typedef struct {
    char *data; /* null if there is none */
    size_t size;
    mode_t mode; /* of the file; 0 if there is none */
} content_t;

/* Place of a change: the store's folder and its lock, which is held while this is open. */
typedef struct {
    int folder;
    int lock;
    char name[NAME_MAX + 1];
    char temporary[NAME_MAX + 1];
} place_t;

static const char *chosen_path;
static const char *chosen_credential;
static _Thread_local ardoq_posix_store_fault_t fault;

/* ---- Path ------------------------------------------------------------------------------------ */

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

/* ---- Faults ---------------------------------------------------------------------------------- */

ardoq_posix_store_fault_t ardoq_posix_store_fault(void)
{
    return fault;
}

static void forget_fault(void)
{
    fault = (ardoq_posix_store_fault_t){0};
}

/* @param line  0 if it is not about a line. @return @p err */
static ardoq_err_t find_fault(ardoq_err_t err, unsigned line, const char *what)
{
    char path[PATH_MAX] = "";
    char place[32] = "";
    char detail[PATH_MAX + 128];
    fault = (ardoq_posix_store_fault_t){.line = line, .what = what};
    ardoq_posix_store_path(path, sizeof path);
    if (line > 0) {
        snprintf(place, sizeof place, ", line %u", line);
    }
    snprintf(detail, sizeof detail, "%s%s: %s", path, place, what);
    ardoq_port_log(ARDOQ_LOG_ERROR, "the settings file", detail);
    return err;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void release(content_t *content)
{
    ardoq_wipe(content->data, content->size);
    free(content->data);
    *content = (content_t){0};
}

static ardoq_err_t check_owner(const struct stat *status)
{
    const bool is_own = status->st_uid == geteuid() || status->st_uid == 0;
    return is_own && !(status->st_mode & OTHERS_MORE) ? ARDOQ_OK : ARDOQ_ERR_STORE_PERMISSIONS;
}

/* Reads one more byte than allowed, to detect a text that is too large. */
static bool read_bytes(int file, content_t *content)
{
    const size_t room = ARDOQ_STORE_TEXT_MAX + 1;
    content->data = malloc(room);
    ssize_t got = content->data ? 1 : 0;
    while (got != 0) { /* 0 also when the buffer is full */
        got = read(file, content->data + content->size, room - content->size);
        if (got >= 0) {
            content->size += (size_t)got;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return content->data != NULL;
}

static bool is_same_state(const struct stat *a, const struct stat *b)
{
    return a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Reads a consistent copy of a file: an editor that writes it in place could be half finished.
 * @param[out] status of the file that was read, for the checks */
static ardoq_err_t read_all(int file, content_t *content, struct stat *status)
{
    struct stat after;
    if (fstat(file, status) < 0 || !S_ISREG(status->st_mode) || !read_bytes(file, content) ||
        fstat(file, &after) < 0) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    const bool is_whole =
        content->size > ARDOQ_STORE_TEXT_MAX || content->size == (size_t)after.st_size;
    return is_whole && is_same_state(status, &after)
               ? ARDOQ_OK
               : find_fault(ARDOQ_ERR_STORE_UNAVAILABLE, 0, "it is being changed");
}

/* Non-blocking, because opening a pipe would wait for a writer. */
static int open_to_read(int folder, const char *name)
{
    return openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

/* A dangling link is an error, unlike a store that does not exist. */
static ardoq_err_t missing_store(int folder, const char *name)
{
    struct stat status;
    if (errno == EACCES) {
        return find_fault(ARDOQ_ERR_STORE_UNAVAILABLE, 0, "this user cannot read it");
    }
    const bool is_missing = (errno == ENOENT || errno == ENOTDIR) &&
                            fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0;
    return is_missing ? ARDOQ_ERR_NOT_SET : ARDOQ_ERR_STORE_UNAVAILABLE;
}

static ardoq_err_t check_text(const content_t *content)
{
    unsigned line;
    if (content->size > ARDOQ_STORE_TEXT_MAX) {
        return find_fault(ARDOQ_ERR_STORE_DAMAGED, 0, "it is larger than 64 KB");
    }
    const char *what = ardoq_store_text_fault(content->data, content->size, &line);
    return what ? find_fault(ARDOQ_ERR_STORE_DAMAGED, line, what) : ARDOQ_OK;
}

/* In the text itself: a file named in a line has its own permissions. */
static bool holds_secret(const content_t *content)
{
    static const char *const secrets[] = {"token", "key"};
    ardoq_store_line_t line;
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        if (ardoq_store_text_find(content->data, content->size, secrets[i], &line) &&
            !ardoq_store_text_is_file(&line)) {
            return true;
        }
    }
    return false;
}

static ardoq_err_t check_secrets(const content_t *content)
{
    return (content->mode & OTHERS_READ) && holds_secret(content) ? ARDOQ_ERR_STORE_PERMISSIONS
                                                                  : ARDOQ_OK;
}

/* @param[out] content  valid text, to be released, also after a failure */
static ardoq_err_t read_store(int folder, const char *name, content_t *content)
{
    *content = (content_t){0};
    const int file = open_to_read(folder, name);
    if (file < 0) {
        return missing_store(folder, name);
    }
    struct stat status;
    ardoq_err_t err = read_all(file, content, &status);
    if (!err) {
        err = check_owner(&status);
    }
    if (!err) {
        content->mode = status.st_mode;
        err = check_text(content);
    }
    if (!err) {
        err = check_secrets(content);
    }
    close(file);
    return err;
}

/* @param[out] content  as read_store() */
static ardoq_err_t read_chosen_store(content_t *content)
{
    char path[PATH_MAX];
    *content = (content_t){0};
    forget_fault();
    const ardoq_err_t err = ardoq_posix_store_path(path, sizeof path);
    return err ? err : read_store(AT_FDCWD, path, content);
}

/* ---- Values ---------------------------------------------------------------------------------- */

static bool read_file(const char *path, content_t *content)
{
    const int file = open_to_read(AT_FDCWD, path);
    struct stat status; /* not set if it could not be opened */
    const ardoq_err_t err = read_all(file, content, &status);
    close(file);
    return !err && content->size <= ARDOQ_STORE_TEXT_MAX &&
           !memchr(content->data, '\0', content->size);
}

/* Ignores line breaks at the end. */
static ardoq_err_t take_content(const content_t *content, char *value, size_t size)
{
    size_t length = content->size;
    while (length > 0 && (content->data[length - 1] == '\n' || content->data[length - 1] == '\r')) {
        length--;
    }
    if (length >= size) {
        return ARDOQ_ERR_SETTING_TOO_LONG;
    }
    memcpy(value, content->data, length);
    value[length] = '\0';
    return ARDOQ_OK;
}

static ardoq_err_t value_of(const ardoq_store_line_t *line, char *value, size_t size)
{
    if (!ardoq_store_text_is_file(line)) {
        return ardoq_store_text_value(line, value, size);
    }
    char path[PATH_MAX];
    content_t content = {0};
    ardoq_err_t err;
    if (ardoq_store_text_value(line, path, sizeof path) || !read_file(path, &content)) {
        err = find_fault(ARDOQ_ERR_STORE_UNAVAILABLE, line->number, "its file cannot be read");
    } else {
        err = take_content(&content, value, size);
    }
    release(&content);
    return err;
}

static ardoq_err_t give_values(const content_t *content, char *buffer, size_t size,
                               ardoq_port_store_value_t on_value, void *context)
{
    ardoq_store_line_t line = {0};
    ardoq_err_t err = ARDOQ_OK;
    while (!err && ardoq_store_text_next(content->data, content->size, &line)) {
        err = value_of(&line, buffer, size);
        if (!err || err == ARDOQ_ERR_SETTING_TOO_LONG) {
            err = on_value(context, line.key, err ? NULL : buffer);
        }
    }
    return err;
}

/* ---- The token of a service ------------------------------------------------------------------ */

void ardoq_posix_set_credential(const char *name)
{
    chosen_credential = name;
}

/* @return false if there is none; true if that is unknown, which then fails as unreadable */
static bool credential_path(char path[PATH_MAX])
{
    const char *base = chosen_credential ? secure_getenv("CREDENTIALS_DIRECTORY") : NULL;
    struct stat status;
    return base && base[0] == '/' &&
           snprintf(path, PATH_MAX, "%s/%s", base, chosen_credential) < PATH_MAX &&
           (lstat(path, &status) == 0 || errno != ENOENT);
}

bool ardoq_posix_has_credential(void)
{
    char path[PATH_MAX];
    return credential_path(path);
}

static ardoq_err_t read_credential(const char *path, char *value, size_t size)
{
    content_t content = {0};
    const ardoq_err_t err = read_file(path, &content)
                                ? take_content(&content, value, size)
                                : find_fault(ARDOQ_ERR_STORE_UNAVAILABLE, 0,
                                             "the file of $CREDENTIALS_DIRECTORY cannot be read");
    release(&content);
    return err;
}

static ardoq_err_t give_credential(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                   void *context)
{
    char path[PATH_MAX];
    if (!credential_path(path)) {
        return ARDOQ_OK;
    }
    const ardoq_err_t err = read_credential(path, buffer, size);
    return err && err != ARDOQ_ERR_SETTING_TOO_LONG
               ? err
               : on_value(context, "token", err ? NULL : buffer);
}

ardoq_err_t ardoq_port_store_each(char *buffer, size_t size, ardoq_port_store_value_t on_value,
                                  void *context)
{
    content_t content;
    ardoq_err_t err = read_chosen_store(&content);
    if (!err) {
        err = give_values(&content, buffer, size, on_value, context);
    }
    release(&content);
    if (!err || err == ARDOQ_ERR_NOT_SET) {
        err = give_credential(buffer, size, on_value, context);
    }
    return err ? err : ardoq_posix_environment_each(on_value, context);
}

ardoq_err_t ardoq_port_store_get(const char *key, char *value, size_t size)
{
    if (!ardoq_store_text_is_key(key)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    content_t content;
    ardoq_store_line_t line;
    ardoq_err_t err = read_chosen_store(&content);
    if (!err) {
        err = ardoq_store_text_find(content.data, content.size, key, &line)
                  ? value_of(&line, value, size)
                  : ARDOQ_ERR_NOT_SET;
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

/* A symbolic link to the store is kept: its target is changed. A dangling link is an error. */
static ardoq_err_t follow_links(char path[PATH_MAX])
{
    char real[PATH_MAX];
    if (realpath(path, real)) {
        return join(path, PATH_MAX, real, "");
    }
    /* Another writer may have created the store by now: only a link can dangle. */
    struct stat status;
    const bool is_link = lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
    return is_link ? ARDOQ_ERR_STORE_UNAVAILABLE : ARDOQ_OK;
}

/* Creates every missing folder of the path, whatever the umask. A failure shows when it is
 * opened. */
static void make_folders(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, S_IRWXU) == 0) {
            chmod(path, S_IRWXU);
        }
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

/* Waits for another writer, but not for ever: it may be stopped, or block others on purpose. */
static ardoq_err_t take_lock(int lock)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_NS};
    int result = flock(lock, LOCK_EX | LOCK_NB);
    for (int i = 1; i < LOCK_TRIES && result < 0 && (errno == EWOULDBLOCK || errno == EINTR); i++) {
        nanosleep(&pause, NULL);
        result = flock(lock, LOCK_EX | LOCK_NB);
    }
    if (result == 0) {
        return ARDOQ_OK;
    }
    return errno == EWOULDBLOCK
               ? find_fault(ARDOQ_ERR_STORE_UNAVAILABLE, 0, "another program is changing it")
               : ARDOQ_ERR_STORE_UNAVAILABLE;
}

/* The lock file is not removed, or two programs could each hold a lock. */
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
    /* Another user's file cannot be changed, and need not be. */
    const int changed = fchmod(place->lock, S_IRUSR | S_IWUSR);
    (void)changed;
    return take_lock(place->lock);
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
    const int file = openat(place->folder, place->temporary,
                            O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0) {
        return write_error();
    }
    /* The umask may also affect the owner. */
    ardoq_err_t err = fchmod(file, content->mode) < 0 ? write_error() : ARDOQ_OK;
    if (!err) {
        err = write_all(file, content);
    }
    return close(file) < 0 && !err ? write_error() : err;
}

/* A file left by a crash may contain a secret. Its writer is gone, because we hold the lock. */
static ardoq_err_t remove_temporary(const place_t *place)
{
    return unlinkat(place->folder, place->temporary, 0) < 0 && errno != ENOENT ? write_error()
                                                                               : ARDOQ_OK;
}

static bool is_same(const content_t *a, const content_t *b)
{
    return !a->data == !b->data && a->size == b->size &&
           (a->size == 0 || memcmp(a->data, b->data, a->size) == 0);
}

/* Editors ignore the lock. */
static ardoq_err_t check_unchanged(const place_t *place, const content_t *old)
{
    content_t now;
    ardoq_err_t err = read_store(place->folder, place->name, &now);
    if (!is_same(&now, old)) {
        err = find_fault(ARDOQ_ERR_STORE_UNAVAILABLE, 0, "it was changed in the meantime");
    }
    release(&now);
    return err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
}

/* The old text stays complete until the new one is on the disk; then the name is changed
 * atomically. */
static ardoq_err_t write_store(const place_t *place, const content_t *old, const content_t *new)
{
    ardoq_err_t err = write_temporary(place, new);
    if (!err) {
        err = check_unchanged(place, old);
    }
    if (!err && renameat(place->folder, place->temporary, place->folder, place->name) < 0) {
        err = write_error();
    }
    if (err) {
        unlinkat(place->folder, place->temporary, 0);
        return err;
    }
    /* Some file systems cannot do this for a folder, and return EINVAL. */
    return fsync(place->folder) < 0 && errno != EINVAL ? write_error() : ARDOQ_OK;
}

/* The text with one value set. @param[out] new  to be released */
static ardoq_err_t compose_one(const content_t *old, const ardoq_posix_store_change_t *change,
                               content_t *new)
{
    ardoq_text_t text;
    new->data = malloc(ARDOQ_STORE_TEXT_MAX + 1);
    if (!new->data) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    ardoq_text_init(&text, new->data, ARDOQ_STORE_TEXT_MAX + 1, ARDOQ_ERR_STORE_FULL);
    ardoq_store_text_set(old->data, old->size, change->key, change->value, &text);
    new->size = text.length;
    return text.err;
}

/* The text with all of them set. @param[out] new  to be released */
static ardoq_err_t compose(const content_t *old, const ardoq_posix_store_change_t *changes,
                           size_t count, content_t *new)
{
    ardoq_err_t err = compose_one(old, &changes[0], new);
    for (size_t i = 1; !err && i < count; i++) {
        content_t before = *new;
        *new = (content_t){0};
        err = compose_one(&before, &changes[i], new);
        release(&before);
    }
    new->mode = S_IRUSR | S_IWUSR;
    if (!err && !holds_secret(new)) {
        new->mode |= old->mode &OTHERS_READ;
    }
    return err;
}

static bool sets_any(const ardoq_posix_store_change_t *changes, size_t count)
{
    while (count > 0 && !changes[count - 1].value) {
        count--;
    }
    return count > 0;
}

static ardoq_err_t change_locked(const place_t *place, const ardoq_posix_store_change_t *changes,
                                 size_t count)
{
    content_t old = {0};
    content_t new = {0};
    ardoq_err_t err = remove_temporary(place);
    if (!err) {
        err = read_store(place->folder, place->name, &old);
        err = err == ARDOQ_ERR_NOT_SET ? ARDOQ_OK : err;
    }
    if (!err) {
        err = compose(&old, changes, count, &new);
    }
    /* An unchanged value is written too: it may not be on the disk yet. */
    const bool is_needed = sets_any(changes, count) || (old.data && !is_same(&old, &new));
    if (!err && is_needed) {
        err = write_store(place, &old, &new);
    }
    release(&old);
    release(&new);
    return err;
}

static ardoq_err_t change(const ardoq_posix_store_change_t *changes, size_t count)
{
    char path[PATH_MAX];
    if (ardoq_posix_store_path(path, sizeof path)) {
        return ARDOQ_ERR_STORE_UNAVAILABLE;
    }
    place_t place = {.folder = -1, .lock = -1};
    forget_fault();
    ardoq_err_t err = follow_links(path);
    if (!err) {
        err = open_folder(&place, path);
    }
    if (!err) {
        err = lock_folder(&place);
    }
    if (!err) {
        err = change_locked(&place, changes, count);
    }
    close_place(&place);
    return err;
}

ardoq_err_t ardoq_posix_store_change(const ardoq_posix_store_change_t *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!ardoq_store_text_is_key(changes[i].key)) {
            return ARDOQ_ERR_INVALID_ARGUMENT;
        }
    }
    return count > 0 ? change(changes, count) : ARDOQ_OK;
}

ardoq_err_t ardoq_port_store_set(const char *key, const char *value)
{
    const ardoq_posix_store_change_t one = {key, value};
    return ardoq_store_text_is_key(key) ? change(&one, 1) : ARDOQ_ERR_INVALID_ARGUMENT;
}

static bool has_temporary(void)
{
    char path[PATH_MAX];
    struct stat status;
    return !ardoq_posix_store_path(path, sizeof path) && !follow_links(path) &&
           !join(path + strlen(path), sizeof path - strlen(path), TEMPORARY_SUFFIX, "") &&
           lstat(path, &status) == 0;
}

ardoq_err_t ardoq_port_store_erase(const char *key)
{
    if (!ardoq_store_text_is_key(key)) {
        return ARDOQ_ERR_INVALID_ARGUMENT;
    }
    content_t content;
    ardoq_store_line_t line;
    const ardoq_err_t err = read_chosen_store(&content);
    const bool is_there = !err && ardoq_store_text_find(content.data, content.size, key, &line);
    release(&content);
    if (err && err != ARDOQ_ERR_NOT_SET) {
        return err;
    }
    /* If the key is not in the store, and nothing was left by a crash, there is nothing to do. */
    const ardoq_posix_store_change_t one = {key, NULL};
    return is_there || has_temporary() ? change(&one, 1) : ARDOQ_OK;
}
