#define _POSIX_C_SOURCE 200809L

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ardoq/port_posix.h"

#define RED   "\033[31m"
#define DIM   "\033[2m"
#define PLAIN "\033[0m"

static atomic_int least_important = ARDOQ_LOG_ERROR;

void ardoq_posix_set_log_level(ardoq_log_level_t level)
{
    atomic_store(&least_important, (int)level);
}

bool ardoq_posix_has_colour(void)
{
    const char *no_colour = getenv("NO_COLOR");
    return (!no_colour || no_colour[0] == '\0') && isatty(STDERR_FILENO);
}

static const char *colour_of(ardoq_log_level_t level)
{
    switch (level) {
    case ARDOQ_LOG_ERROR:
        return RED;
    case ARDOQ_LOG_DEBUG:
        return DIM;
    default:
        return "";
    }
}

static struct iovec part(const char *text)
{
    return (struct iovec){.iov_base = (char *)text, .iov_len = strlen(text)};
}

void ardoq_port_log(ardoq_log_level_t level, const char *text, const char *detail)
{
    if ((int)level > atomic_load(&least_important)) {
        return;
    }
    const char *colour = ardoq_posix_has_colour() ? colour_of(level) : "";
    const struct iovec parts[] = {
        part(colour), part("ardoq: "),
        part(text),   part(detail[0] ? ": " : ""),
        part(detail), part(colour[0] ? PLAIN : ""),
        part("\n"),
    };
    /* One call, so that lines of different threads do not mix. A failure could not be reported. */
    const ssize_t written = writev(STDERR_FILENO, parts, sizeof parts / sizeof parts[0]);
    (void)written;
}
