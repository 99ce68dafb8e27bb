#include "ask.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

#include "ardoq/text.h"
#include "console.h"
#include "files.h"

/* The signals that end a question; the last one, SIGTSTP, only interrupts it. */
static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

/* The state before a question. */
typedef struct {
    sigset_t mask;
    struct sigaction actions[SIGNALS];
    struct termios terminal;
    bool is_hidden; /* the terminal was changed */
} before_t;

static volatile sig_atomic_t has_stopped;
static volatile sig_atomic_t is_suspended;

/* ---- Signals --------------------------------------------------------------------------------- */

static void on_stop(int number)
{
    (void)number;
    has_stopped = 1;
}

static void on_suspend(int number)
{
    (void)number;
    is_suspended = 1;
}

/* Signals arrive only while ppoll() waits, so none is missed between a check and the wait. */
static void catch_signals(before_t *before)
{
    sigset_t blocked;
    sigemptyset(&blocked);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaddset(&blocked, signals[i]);
    }
    sigprocmask(SIG_BLOCK, &blocked, &before->mask);
    has_stopped = 0;
    is_suspended = 0;
    for (size_t i = 0; i < SIGNALS; i++) {
        const struct sigaction action = {.sa_handler =
                                             signals[i] == SIGTSTP ? on_suspend : on_stop};
        sigaction(signals[i], &action, &before->actions[i]);
    }
}

static void release_signals(const before_t *before)
{
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(signals[i], &before->actions[i], NULL);
    }
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* ---- What is shown --------------------------------------------------------------------------- */

/* The end of the line is still shown. What was typed too early was shown, so it is dropped. */
static bool hide_typing(before_t *before)
{
    if (tcgetattr(STDIN_FILENO, &before->terminal) < 0) {
        return false;
    }
    struct termios hidden = before->terminal;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    hidden.c_lflag |= ECHONL;
    before->is_hidden = tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
    return before->is_hidden;
}

/* The shell must not read half a secret as its input. */
static void show_typing(before_t *before)
{
    if (before->is_hidden) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before->terminal);
        before->is_hidden = false;
    }
}

/* Stops this process as the signal would have done, and goes on after it is continued. */
static void suspend(before_t *before, const char *prompt)
{
    const bool was_hidden = before->is_hidden;
    const struct sigaction usual = {.sa_handler = SIG_DFL};
    const struct sigaction own = {.sa_handler = on_suspend};
    sigset_t suspending;
    sigemptyset(&suspending);
    sigaddset(&suspending, SIGTSTP);
    is_suspended = 0;
    show_typing(before);
    sigaction(SIGTSTP, &usual, NULL);
    kill(getpid(), SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &suspending, NULL);
    sigprocmask(SIG_BLOCK, &suspending, NULL);
    sigaction(SIGTSTP, &own, NULL);
    has_stopped = was_hidden && !hide_typing(before) ? 1 : has_stopped;
    fputs(prompt, stderr);
}

/* ---- Answers --------------------------------------------------------------------------------- */

static bool wait_for_input(before_t *before, const char *prompt)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = 0;
    while (ready == 0 && !has_stopped) {
        ready = ppoll(&input, 1, NULL, &before->mask);
        if (ready < 0 && errno == EINTR) {
            ready = 0;
        }
        if (is_suspended) {
            suspend(before, prompt);
            ready = 0;
        }
    }
    return ready > 0 && !has_stopped;
}

/* A NUL would hide the rest. */
static void replace_nul(char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        text[i] = text[i] != '\0' ? text[i] : '\1';
    }
}

/* The terminal gives whole lines, or parts of one where Ctrl-D is pressed within it. */
static bool read_line(before_t *before, const char *prompt, char answer[ANSWER_SIZE])
{
    size_t size = 0;
    ssize_t got = 1;
    while (got > 0 && (size == 0 || answer[size - 1] != '\n')) {
        got = wait_for_input(before, prompt)
                  ? read(STDIN_FILENO, answer + size, ANSWER_SIZE - 1 - size)
                  : 0;
        size += got > 0 ? (size_t)got : 0;
    }
    replace_nul(answer, size);
    answer[size] = '\0';
    return got > 0;
}

static bool ask(const char *prompt, bool is_secret, char answer[ANSWER_SIZE])
{
    before_t before = {0};
    fflush(stdout);
    catch_signals(&before);
    bool is_given = !is_secret || hide_typing(&before);
    fputs(prompt, stderr);
    is_given = is_given && read_line(&before, prompt, answer);
    show_typing(&before);
    release_signals(&before);
    if (is_given) {
        trim_value(answer);
    } else {
        ardoq_wipe(answer, ANSWER_SIZE);
        fputc('\n', stderr);
    }
    return is_given;
}

/* ---- Questions ------------------------------------------------------------------------------- */

bool can_ask(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO);
}

bool ask_line(const char *question, const char *preset, char answer[ANSWER_SIZE])
{
    char prompt[512];
    const bool has_preset = preset[0] != '\0';
    snprintf(prompt, sizeof prompt, has_preset ? "%s [%s]: " : "%s: ", question, preset);
    ardoq_text_blank_controls(prompt);
    return ask(prompt, false, answer);
}

bool ask_secret(const char *question, char answer[ANSWER_SIZE])
{
    char prompt[128];
    snprintf(prompt, sizeof prompt, "%s (not shown): ", question);
    return ask(prompt, true, answer);
}

bool ask_yes(const char *question, bool preset, bool *is_yes)
{
    char answer[ANSWER_SIZE];
    char prompt[256];
    snprintf(prompt, sizeof prompt, "%s [%s]: ", question, preset ? "Y/n" : "y/N");
    while (ask(prompt, false, answer)) {
        *is_yes = strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
        if (*is_yes || strcasecmp(answer, "n") == 0 || strcasecmp(answer, "no") == 0) {
            return true;
        }
        if (answer[0] == '\0') {
            *is_yes = preset;
            return true;
        }
        say("answer y or n");
    }
    return false;
}
