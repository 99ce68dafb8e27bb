#include "../../../components/reporter/reporter_state.c"

#include "../proof.h"

/* More than there is room for. */
enum { TEXT_MAX = DIGITS + 4 };

static char stored[TEXT_MAX + 1];
static ardoq_err_t read_err;

/* As port.h promises: a text that ends in its room, or an error, and then anything. */
ardoq_err_t ardoq_port_state_read(char *state, size_t size)
{
    PROVE(size > 0);
    for (size_t i = 0; i < size; i++) {
        state[i] = i < sizeof stored ? stored[i] : nondet_char();
    }
    if (!read_err) {
        ASSUME(memchr(state, '\0', size));
    }
    return read_err;
}

ardoq_err_t ardoq_port_state_write(const char *state)
{
    for (size_t i = 0; i <= DIGITS; i++) {
        stored[i] = state[i];
        PROVE((state[i] == '\0') == (i == DIGITS));
    }
    return (ardoq_err_t)nondet_int();
}

static ardoq_reporter_t reporter;

/* Whatever is stored is a state, or none. */
void prove_read(void)
{
    for (size_t i = 0; i < sizeof stored; i++) {
        stored[i] = nondet_char();
    }
    read_err = (ardoq_err_t)nondet_int();
    const ardoq_err_t err = ardoq_reporter_read_state(&reporter);
    const ardoq_schedule_t *schedule = &reporter.schedule;
    PROVE(err == ARDOQ_OK || err == read_err);
    if (schedule->has_reported || schedule->pause != 0 || reporter.settings != 0) {
        PROVE(!read_err && stored[0] == '0' && stored[1] == '1' && stored[DIGITS] == '\0');
    }
    if (schedule->pause == UINT32_MAX && schedule->at.wall == INT64_MIN &&
        reporter.accepted[ARDOQ_FINGERPRINT_SIZE - 1] == 0xa5) {
        REACHED("a state");
    }
    if (err) {
        REACHED("an error");
    }
}

/* What was written is read again. */
void prove_written(void)
{
    reporter.schedule = (ardoq_schedule_t){
        .at = {.uptime = nondet_uint32(), .wall = nondet_int64()},
        .since_report = nondet_uint32(),
        .pause = nondet_uint32(),
        .hold = nondet_uint32(),
        .attempts = nondet_uint8(),
        .has_reported = nondet_bool(),
        .needs_person = nondet_bool(),
        .is_asleep = nondet_bool(),
    };
    reporter.settings = nondet_uint32();
    const size_t i = any_size_up_to(ARDOQ_FINGERPRINT_SIZE - 1);
    reporter.accepted[i] = nondet_uint8();
    (void)ardoq_reporter_write_state(&reporter);

    static ardoq_reporter_t again;
    PROVE(ardoq_reporter_read_state(&again) == ARDOQ_OK);
    const ardoq_schedule_t *a = &reporter.schedule;
    const ardoq_schedule_t *b = &again.schedule;
    PROVE(a->at.uptime == b->at.uptime && a->at.wall == b->at.wall);
    PROVE(a->since_report == b->since_report && a->pause == b->pause && a->hold == b->hold);
    PROVE(a->attempts == b->attempts && a->has_reported == b->has_reported);
    PROVE(a->needs_person == b->needs_person && a->is_asleep == b->is_asleep);
    PROVE(reporter.settings == again.settings && reporter.accepted[i] == again.accepted[i]);
    REACHED("the end");
}
