#include "progress.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { FIRST_MS = 1000, NEXT_MS = 200 };

/* A thread draws it, because a call may wait long for the first byte. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t has_ended;
    pthread_t thread;
    bool is_running;
    bool is_ending;
    bool is_drawn;
    struct timespec next; /* time of the next drawing */
    const char *what;
    uint32_t done;
    uint32_t failed;
} progress = {.mutex = PTHREAD_MUTEX_INITIALIZER, .has_ended = PTHREAD_COND_INITIALIZER};

static void draw_in(unsigned ms)
{
    clock_gettime(CLOCK_REALTIME, &progress.next);
    progress.next.tv_nsec += (long)(ms % 1000) * 1000000;
    progress.next.tv_sec += ms / 1000 + progress.next.tv_nsec / 1000000000;
    progress.next.tv_nsec %= 1000000000;
}

static bool is_due(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec > progress.next.tv_sec ||
           (now.tv_sec == progress.next.tv_sec && now.tv_nsec >= progress.next.tv_nsec);
}

static void draw(void)
{
    fprintf(stderr, "\r\033[K%" PRIu32 " %s", progress.done, progress.what);
    if (progress.failed > 0) {
        fprintf(stderr, ", %" PRIu32 " failed", progress.failed);
    }
    fflush(stderr);
    progress.is_drawn = true;
}

static void erase(void)
{
    if (progress.is_drawn) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
        progress.is_drawn = false;
    }
}

static void *draw_now_and_then(void *nothing)
{
    pthread_mutex_lock(&progress.mutex);
    while (!progress.is_ending) {
        if (is_due()) {
            draw();
            draw_in(NEXT_MS);
        }
        const struct timespec next = progress.next;
        pthread_cond_timedwait(&progress.has_ended, &progress.mutex, &next);
    }
    pthread_mutex_unlock(&progress.mutex);
    return nothing;
}

/* The thread that waits for Ardoq gets the signals. */
static bool start_thread(void)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool is_started = pthread_create(&progress.thread, NULL, draw_now_and_then, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

void progress_begin(const char *what, bool has_results)
{
    if (!isatty(STDERR_FILENO) || (has_results && isatty(STDOUT_FILENO))) {
        return;
    }
    progress.what = what;
    progress.done = 0;
    progress.failed = 0;
    progress.is_ending = false;
    draw_in(FIRST_MS);
    progress.is_running = start_thread();
}

void progress_add(void)
{
    pthread_mutex_lock(&progress.mutex);
    progress.done++;
    pthread_mutex_unlock(&progress.mutex);
}

void progress_set(uint32_t done, uint32_t failed)
{
    pthread_mutex_lock(&progress.mutex);
    progress.done = done;
    progress.failed = failed;
    pthread_mutex_unlock(&progress.mutex);
}

void progress_clear(void)
{
    pthread_mutex_lock(&progress.mutex);
    erase();
    draw_in(FIRST_MS);
    pthread_mutex_unlock(&progress.mutex);
}

void progress_end(void)
{
    if (!progress.is_running) {
        return;
    }
    pthread_mutex_lock(&progress.mutex);
    progress.is_ending = true;
    pthread_cond_signal(&progress.has_ended);
    pthread_mutex_unlock(&progress.mutex);
    pthread_join(progress.thread, NULL);
    progress.is_running = false;
    erase();
}
