/**
 * @file
 * The release. It is defined only here: CMake and the User-Agent read it from this file.
 */
#ifndef ARDOQ_VERSION_H
#define ARDOQ_VERSION_H

/** Semantic version of this library. */
#define ARDOQ_VERSION      "0.1.0"

/** Day of this release, in seconds since 1970 (2026-11-23). A wall clock that shows an earlier time
 * was never set and counts as unknown. */
#define ARDOQ_RELEASE_TIME 1795392000

#endif
