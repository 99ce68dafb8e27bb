/*
 * `flash_image`: reads and writes the settings in the emulated board's flash, as a programmer in a
 * factory would, with the store's own code.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ardoq/port.h"
#include "ardoq/settings.h"
#include "ardoq/text.h"
#include "files.h"
#include "flash_geometry.h"
#include "nor_flash.h"

/* The same as of `ardoq`. */
enum { EXIT_USAGE = 2, EXIT_CONFIGURATION = 3, EXIT_BUG = 6 };

enum { IMAGE_SIZE = ARDOQ_BOARD_FLASH_SECTORS * FLASH_SECTOR_SIZE };

static nor_flash_t flash;
static char stored_value[FLASH_SECTOR_SIZE];

/* ---- Output ---------------------------------------------------------------------------------- */

static int usage_error(const char *message)
{
    fprintf(
        stderr,
        "error: %s\n"
        "Usage: flash_image FILE get KEY\n"
        "       flash_image FILE set KEY VALUE | @FILE | -\n"
        "       flash_image FILE unset KEY\n"
        "FILE is the emulated board's flash, 2 * %d bytes; set creates it. - is standard input.\n",
        message, FLASH_SECTOR_SIZE);
    return EXIT_USAGE;
}

static int file_error(const char *path, const char *message)
{
    fprintf(stderr, "error: %s: %s\n", path, message);
    return EXIT_CONFIGURATION;
}

/* Explains an error. @return the exit code */
static int explained(ardoq_err_t err, const char *key)
{
    if (flash.misuse) {
        fprintf(stderr, "error: the store misused its flash: %s\n  report a bug\n", flash.misuse);
        return EXIT_BUG;
    }
    if (!err) {
        return EXIT_SUCCESS;
    }
    const ardoq_err_class_t err_class = ardoq_err_class(err);
    fprintf(stderr, "error: %s (%s)\n  %s\n  setting: %s\n", ardoq_err_name(err),
            ardoq_err_class_name(err_class), ardoq_err_hint(err), key);
    return err_class == ARDOQ_CLASS_CONFIGURATION ? EXIT_CONFIGURATION : EXIT_BUG;
}

/* ---- The image ------------------------------------------------------------------------------- */

/* A new file is blank flash. */
static int map_image(const char *path, int file)
{
    struct stat status;
    if (flock(file, LOCK_EX | LOCK_NB) < 0 || fstat(file, &status) < 0) {
        return file_error(path, errno == EWOULDBLOCK ? "another flash_image has it open"
                                                     : strerror(errno));
    }
    if (status.st_size != 0 && status.st_size != IMAGE_SIZE) {
        return file_error(path, "it is not an image of the board's flash: give another file, or "
                                "remove it and set the values again");
    }
    if (status.st_size == 0 && ftruncate(file, IMAGE_SIZE) < 0) {
        return file_error(path, strerror(errno));
    }
    void *memory = mmap(NULL, IMAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        return file_error(path, strerror(errno));
    }
    if (status.st_size == 0) {
        memset(memory, 0xff, IMAGE_SIZE);
    }
    nor_flash_open(&flash, memory, FLASH_SECTOR_SIZE, FLASH_UNIT_SIZE);
    return EXIT_SUCCESS;
}

/* It contains a token, so only the user may access it. The lock ends with the process. */
static int open_image(const char *path, bool is_made)
{
    const int file = open(path, O_RDWR | O_CLOEXEC | (is_made ? O_CREAT : 0), S_IRUSR | S_IWUSR);
    return file < 0 ? file_error(path, strerror(errno)) : map_image(path, file);
}

/* ---- Commands -------------------------------------------------------------------------------- */

/* Certificates are too long to show, and a private key must not be shown. */
static bool is_hidden(const ardoq_setting_t *setting)
{
    return setting->secret || setting->kind == ARDOQ_SETTING_KIND_PEM;
}

static int get(const ardoq_setting_t *setting)
{
    const ardoq_err_t err = ardoq_port_store_get(setting->name, stored_value, sizeof stored_value);
    if (!err) {
        puts(is_hidden(setting) ? "(set)" : stored_value);
    }
    ardoq_wipe(stored_value, sizeof stored_value);
    return explained(err, setting->name);
}

static int set(const ardoq_setting_t *setting, const char *value)
{
    char *text = read_value(value);
    if (!text) {
        fprintf(stderr, "error: %s cannot be read: %s\n", value, strerror(errno));
        return EXIT_USAGE;
    }
    ardoq_err_t err = ardoq_setting_assign(setting, NULL, text);
    if (!err) {
        err = ardoq_port_store_set(setting->name, text);
    }
    ardoq_wipe(text, strlen(text));
    free(text);
    return explained(err, setting->name);
}

/* Every user of this machine can read a command line. */
static bool is_exposed(const ardoq_setting_t *setting, const char *value)
{
    return is_hidden(setting) && strcmp(value, "-") != 0 && value[0] != '@';
}

static int run(int argc, char **argv)
{
    const char *verb = argc > 2 ? argv[2] : "";
    const bool is_set = strcmp(verb, "set") == 0 && argc == 5;
    const bool is_unset = strcmp(verb, "unset") == 0 && argc == 4;
    if (!is_set && !is_unset && !(strcmp(verb, "get") == 0 && argc == 4)) {
        return usage_error("the command line is wrong");
    }
    const ardoq_setting_t *setting = ardoq_setting_find(argv[3]);
    if (!setting && !(is_unset && ardoq_setting_is_obsolete(argv[3]))) {
        return explained(ARDOQ_ERR_SETTING_UNKNOWN, argv[3]);
    }
    if (is_set && is_exposed(setting, argv[4])) {
        return usage_error("give a secret in a file or on standard input, as @FILE or -");
    }
    const int code = open_image(argv[1], is_set);
    if (code) {
        return code;
    }
    return is_set     ? set(setting, argv[4])
           : is_unset ? explained(ardoq_port_store_erase(argv[3]), argv[3])
                      : get(setting);
}

int main(int argc, char **argv)
{
    const int code = run(argc, argv);
    if (fflush(stdout) == 0) {
        return code;
    }
    fprintf(stderr, "error: the result could not be written: %s\n", strerror(errno));
    return code == EXIT_SUCCESS ? EXIT_FAILURE : code;
}
