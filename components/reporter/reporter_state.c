#include "reporter_state.h"

#include <string.h>

#include "ardoq/port.h"

/*
 * Hexadecimal bytes, because a store contains texts; numbers have the lowest byte first:
 *
 *     version 1 · flags 1 · attempts 1 · since_report 4 · pause 4 · hold 4 · uptime 4 · wall 8 ·
 *     settings 4 · fingerprint 16
 */
enum { VERSION = 1, STATE_SIZE = 3 + 5 * 4 + 8 + ARDOQ_FINGERPRINT_SIZE };

enum { HAS_REPORTED = 1, NEEDS_PERSON = 2, IS_ASLEEP = 4 };

typedef struct {
    uint8_t bytes[STATE_SIZE];
    size_t at;
} state_t;

static void put(state_t *state, uint64_t value, size_t size)
{
    for (; size > 0; size--) {
        state->bytes[state->at++] = (uint8_t)(value & 0xff);
        value >>= 8;
    }
}

static uint64_t take(state_t *state, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size; i-- > 0;) {
        value = value << 8 | state->bytes[state->at + i];
    }
    state->at += size;
    return value;
}

static uint32_t take_32(state_t *state)
{
    return (uint32_t)take(state, 4);
}

/* ---- Hexadecimal ---------------------------------------------------------------------------- */

enum { DIGITS = 2 * STATE_SIZE };

typedef char state_text_t[DIGITS + 1];

static const char digits[] = "0123456789abcdef";

static void to_text(const state_t *state, state_text_t text)
{
    for (size_t i = 0; i < STATE_SIZE; i++) {
        text[2 * i] = digits[state->bytes[i] >> 4];
        text[2 * i + 1] = digits[state->bytes[i] & 0xf];
    }
    text[DIGITS] = '\0';
}

static bool from_text(const state_text_t text, state_t *state)
{
    bool is_state = strlen(text) == DIGITS;
    for (size_t i = 0; is_state && i < DIGITS; i++) {
        const char *digit = strchr(digits, text[i]);
        is_state = digit != NULL;
        const unsigned value = is_state ? (unsigned)(digit - digits) : 0;
        state->bytes[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : state->bytes[i / 2] | value);
    }
    return is_state && state->bytes[0] == VERSION;
}

/* ---- Reading and writing -------------------------------------------------------------------- */

ardoq_err_t ardoq_reporter_read_state(ardoq_reporter_t *reporter)
{
    ardoq_schedule_t *schedule = &reporter->schedule;
    state_text_t text;
    const ardoq_err_t err = ardoq_port_state_read(text, sizeof text);
    state_t state = {.at = 1};
    if (err || !from_text(text, &state)) {
        return err == ARDOQ_ERR_NOT_SET || err == ARDOQ_ERR_SETTING_TOO_LONG ? ARDOQ_OK : err;
    }
    const unsigned flags = (unsigned)take(&state, 1);
    schedule->has_reported = (flags & HAS_REPORTED) != 0;
    schedule->needs_person = (flags & NEEDS_PERSON) != 0;
    schedule->is_asleep = (flags & IS_ASLEEP) != 0;
    schedule->attempts = (uint8_t)take(&state, 1);
    schedule->since_report = take_32(&state);
    schedule->pause = take_32(&state);
    schedule->hold = take_32(&state);
    schedule->at.uptime = take_32(&state);
    schedule->at.wall = (int64_t)take(&state, 8);
    reporter->settings = take_32(&state);
    memcpy(reporter->accepted, state.bytes + state.at, ARDOQ_FINGERPRINT_SIZE);
    return ARDOQ_OK;
}

ardoq_err_t ardoq_reporter_write_state(ardoq_reporter_t *reporter)
{
    const ardoq_schedule_t *schedule = &reporter->schedule;
    state_t state = {.at = 0};
    put(&state, VERSION, 1);
    put(&state,
        (schedule->has_reported ? HAS_REPORTED : 0U) |
            (schedule->needs_person ? NEEDS_PERSON : 0U) | (schedule->is_asleep ? IS_ASLEEP : 0U),
        1);
    put(&state, schedule->attempts, 1);
    put(&state, schedule->since_report, 4);
    put(&state, schedule->pause, 4);
    put(&state, schedule->hold, 4);
    put(&state, schedule->at.uptime, 4);
    put(&state, (uint64_t)schedule->at.wall, 8);
    put(&state, reporter->settings, 4);
    memcpy(state.bytes + state.at, reporter->accepted, ARDOQ_FINGERPRINT_SIZE);
    state_text_t text;
    to_text(&state, text);
    reporter->saved_at = schedule->at.uptime;
    return ardoq_port_state_write(text);
}
