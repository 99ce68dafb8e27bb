/*
 * The store of the POSIX port on real files: shared by its tests. System calls of store.c pass
 * through __wrap_ functions, where any of them can fail or end the process.
 */
#ifndef ARDOQ_POSIX_STORE_FIXTURE_H
#define ARDOQ_POSIX_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ardoq/port_posix.h"

#define FIRST_LINE "# Ardoq settings. A line that begins with # is a comment.\n"
#define SECRET     "the-secret-token"

enum { TEXT_MAX = 64 * 1024, NOBODY = 65534, CRASHED = 99 };

/* ---- Faults ---------------------------------------------------------------------------------- */

typedef enum {
    ANY,
    CLOSE,
    FCHMOD,
    FLOCK,
    FSTAT,
    FSYNC,
    MALLOC,
    MKDIR,
    OPEN,
    OPENAT,
    READ,
    RENAMEAT,
    UNLINKAT,
    WRITE,
} call_t;

typedef struct {
    call_t call; /* which calls count */
    int at;      /* which one fails, from 1; 0: none */
    int code;    /* errno of the failure; 0 for the end of the process */
    int seen;
    bool torn;         /* half of a write is done before it is hit */
    bool bytewise;     /* read and write do one byte at a time */
    size_t room;       /* that was left when this read */
    size_t left;       /* of a text that is written so */
    bool shrunk;       /* read finds the end of the file at once */
    bool other_owner;  /* the process seems to run as another user */
    bool overtaken;    /* another writer creates the store before lstat */
    bool more_rights;  /* the program has more rights than its user */
    bool sleepless;    /* nanosleep only counts */
    int naps;          /* calls of nanosleep */
    const char *edit;  /* what a person's editor makes of the store when the new text is written */
    bool edit_in_read; /* when the store is read instead */
    bool watch_free;
    bool secret_freed;
    bool folder_dirty; /* a rename is not on the disk yet */
    int unsynced;      /* the temporary file as long as its content is not on the disk, else -1 */
} faults_t;

extern faults_t faults;
extern int blocks; /* on the heap */

void no_faults(void);
void inject(call_t call, int at, int code);

int __real_close(int file);
uid_t __real_geteuid(void);
int __real_open(const char *path, int flags, ...);
ssize_t __real_read(int file, void *buffer, size_t size);
ssize_t __real_write(int file, const void *data, size_t size);
void __wrap_free(void *memory);

/* ---- A folder for each test ------------------------------------------------------------------ */

extern char folder[256];
extern char store[1024];

/* The store's path with a suffix. */
char *beside(const char *suffix);

int set_up(void **state);
int tear_down(void **state);

typedef struct {
    char data[2048];
    size_t size;
} file_t;

void write_file(const char *path, const char *data, size_t size);
void write_store(const char *text);
file_t read_file(const char *path);
bool exists(const char *path);
unsigned mode_of(const char *path);
ino_t inode_of(const char *path);
void put_environment(const char *name, const char *value);

void assert_value(const char *key, const char *expected);
void assert_not_set(const char *key);
void assert_set(const char *key, const char *value);
void assert_erase(const char *key);
void assert_text(const char *expected);

/* All functions give this error and change nothing. */
void assert_refused(ardoq_err_t expected);

/* What ardoq_port_log() was given last. */
extern char logged[PATH_MAX + 256];

/* Runs in a separate process. @return its exit status */
int run_child(int (*body)(int), int argument);

#endif
