#ifndef TESTS_ESP_ATTR_H
#define TESTS_ESP_ATTR_H

/* In a section whose begin and end a test can name. */
#define _SECTION_ATTR_IMPL(SECTION, COUNTER) __attribute__((section("rtc_noinit")))

#define RTC_NOINIT_ATTR                      _SECTION_ATTR_IMPL(".rtc_noinit", __COUNTER__)

#endif
