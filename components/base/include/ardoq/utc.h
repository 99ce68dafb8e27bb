/**
 * @file
 * UTC calendar arithmetic on seconds since 1970, without the C library's time functions.
 */
#ifndef ARDOQ_UTC_H
#define ARDOQ_UTC_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A moment of the proleptic Gregorian calendar, UTC. */
typedef struct {
    int year;   /**< 1970 to 9999 */
    int month;  /**< 1 to 12 */
    int day;    /**< 1 to 31 */
    int hour;   /**< 0 to 23 */
    int minute; /**< 0 to 59 */
    int second; /**< 0 to 60 */
} ardoq_utc_t;

/** Seconds from 1970-01-01T00:00:00Z to @p utc. */
int64_t ardoq_utc_to_seconds(const ardoq_utc_t *utc);

/** False for a time before this release: the clock was never set. */
bool ardoq_utc_is_plausible(int64_t seconds);

/** "2026-11-23T09:30:00Z", NUL-terminated. */
typedef struct {
    char text[21]; /**< 20 characters */
} ardoq_iso8601_t;

/** Writes @p seconds since 1970 (years 1970 to 9999) as ISO 8601 in UTC. @return iso->text. */
const char *ardoq_utc_to_iso8601(int64_t seconds, ardoq_iso8601_t *iso);

/**
 * Reads an ISO 8601 time of the years 1970 to 9999: "2026-11-23T09:30:00Z". A fraction of a second
 * is ignored; seconds may be missing; the offset may be +01:00, +0100 or +01. A date alone means
 * its first second in UTC.
 * @param text          NUL-terminated
 * @param[out] seconds  since 1970; set on success
 * @return false for anything else, such as a time without an offset, which could be in any time
 *         zone.
 */
bool ardoq_utc_from_iso8601(const char *text, int64_t *seconds);

#ifdef __cplusplus
}
#endif

#endif
