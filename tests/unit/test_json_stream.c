#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ardoq/json_stream.h"
#include "error_name.h"

enum { ROOM = 64 };

static char area[ROOM + 1];
static const char *note; /* key of the other member */
static ardoq_json_stream_t stream;

/* What a stream gave, in words: "0=1 1=22 member={} 2 too large, end". */
static char story[2048];

static void tell(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const size_t told = strlen(story);
    assert_true(vsnprintf(story + told, sizeof story - told, format, arguments) <
                (int)(sizeof story - told));
    va_end(arguments);
}

static void tell_event(ardoq_json_stream_event_t event)
{
    const int length = (int)stream.length;
    switch (event) {
    case ARDOQ_JSON_STREAM_MORE:
        break;
    case ARDOQ_JSON_STREAM_ELEMENT:
        tell("%u=%.*s ", (unsigned)stream.index, length, stream.buffer);
        break;
    case ARDOQ_JSON_STREAM_MEMBER:
        tell("member=%.*s ", length, stream.buffer);
        break;
    case ARDOQ_JSON_STREAM_NOTE:
        tell("note=%.*s ", length, stream.buffer);
        break;
    case ARDOQ_JSON_STREAM_TOO_LARGE:
        assert_int_equal(length, 0);
        tell("%u too large ", (unsigned)stream.index);
        break;
    }
}

static ardoq_err_t feed(const char *text, size_t size)
{
    ardoq_err_t err = ARDOQ_OK;
    while (size > 0 && !err) {
        size_t consumed = 12345;
        ardoq_json_stream_event_t event = ARDOQ_JSON_STREAM_TOO_LARGE;
        err = ardoq_json_stream_feed(&stream, text, size, &consumed, &event);
        assert_in_range(consumed, err || event != ARDOQ_JSON_STREAM_MORE ? 0 : size, size);
        /* It stops counting there, so that no element is long enough to make it restart. */
        assert_in_range(stream.length, 0, stream.size + 1);
        tell_event(event);
        text += consumed;
        size -= consumed;
    }
    return err;
}

static void start(size_t room)
{
    story[0] = '\0';
    memset(area, '#', sizeof area);
    memset(&stream, 0xA5, sizeof stream);
    ardoq_json_stream_init(&stream, "values", "_links", area, room);
    stream.note = note;
}

static void finish(ardoq_err_t err)
{
    if (!err) {
        err = ardoq_json_stream_end(&stream);
    } else {
        assert_int_equal(ardoq_json_stream_end(&stream), ARDOQ_ERR_JSON_INVALID);
    }
    tell("%s", err ? error_name(err) : "end");
    assert_int_equal(area[stream.size], '#');
}

/* Reads a text in two parts, or byte by byte when @p first is past its end. */
static void read_split(const char *text, size_t room, size_t first)
{
    const size_t size = strlen(text);
    ardoq_err_t err = ARDOQ_OK;
    start(room);
    if (first > size) {
        for (size_t i = 0; i < size && !err; i++) {
            err = feed(text + i, 1);
        }
    } else {
        err = feed(text, first);
        err = err ? err : feed(text + first, size - first);
    }
    finish(err);
}

static void assert_story(const char *text, size_t room, const char *expected)
{
    for (size_t first = 0; first <= strlen(text) + 1; first++) {
        read_split(text, room, first);
        if (strcmp(story, expected) != 0) {
            fail_msg("%s split at %u: %s, expected %s", text, (unsigned)first, story, expected);
        }
    }
}

typedef struct {
    const char *text, *story;
} case_t;

static void assert_stories(const case_t *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_story(cases[i].text, ROOM, cases[i].story);
    }
}

static void elements_may_be_of_any_type(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"{\"values\":[]}", "end"},
        {"{\"values\" : [ ] }", "end"},
        {"{\"values\":[1,22 ,3]}", "0=1 1=22 2=3 end"},
        {"{\"values\":[-0.5e+1\n,0]}", "0=-0.5e+1 1=0 end"},
        {"{\"values\":[true,false,null]}", "0=true 1=false 2=null end"},
        {"{\"values\":[\"\",\"a,]}\",\"\\\"\\\\\"]}", "0=\"\" 1=\"a,]}\" 2=\"\\\"\\\\\" end"},
        {"{\"values\":[{},[],{\"a\":[1,2]},[[3],{}]]}", "0={} 1=[] 2={\"a\":[1,2]} 3=[[3],{}] end"},
        {"{\"values\":[[1],2,[3]]}", "0=[1] 1=2 2=[3] end"},
        {"{\"values\":[\"\xC3\xA9\\u00e9\"]}", "0=\"\xC3\xA9\\u00e9\" end"},
        {" {\n\"values\" :\t[ { \"a\" : 1 } , 2 , \"b\" ] } ", "0={ \"a\" : 1 } 1=2 2=\"b\" end"},
    };
    assert_stories(cases, sizeof cases / sizeof cases[0]);
}

static void the_wanted_member_may_stand_anywhere(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"{\"_links\":{\"next\":{\"href\":\"x\"}},\"values\":[1]}",
         "member={\"next\":{\"href\":\"x\"}} 0=1 end"},
        {"{\"values\":[1],\"_links\":{}}", "0=1 member={} end"},
        {"{\"values\":[],\"_links\": [ 1 ] }", "member=[ 1 ] end"},
        {"{\"values\":[],\"_links\":12}", "member=12 end"},
        {"{\"values\":[],\"_links\":12 }", "member=12 end"},
        {"{\"_links\":-1,\"values\":[2]}", "member=-1 0=2 end"},
        {"{\"_links\":null,\"values\":[2]}", "member=null 0=2 end"},
        {"{\"_links\":\"values\",\"values\":[\"_links\"]}", "member=\"values\" 0=\"_links\" end"},
        {"{\"values\":[1],\"_links\":{},\"x\":1,\"y\":{},\"z\":\"s\"}", "0=1 member={} end"},
    };
    assert_stories(cases, sizeof cases / sizeof cases[0]);
}

static void other_members_are_passed_over(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"{\"a\":1,\"b\":\"values\",\"c\":[1,2],\"d\":{\"e\":[3]},\"values\":[4],\"f\":[5],\"g\":"
         "6}",
         "0=4 end"},
        {"{\"a\":{\"values\":[1],\"_links\":2},\"values\":[3]}", "0=3 end"},
        {"{\"a\":[{\"values\":[1]},[{\"_links\":2}]],\"values\":[3],\"b\":{\"values\":[4]}}",
         "0=3 end"},
        {"{\"values\":[{\"values\":[1,2],\"_links\":{}},[[\"values\"]]],\"_links\":{\"values\":[9]}"
         "}",
         "0={\"values\":[1,2],\"_links\":{}} 1=[[\"values\"]] member={\"values\":[9]} end"},
        {"{\"_links\":{\"values\":[1],\"_links\":{}},\"values\":[]}",
         "member={\"values\":[1],\"_links\":{}} end"},
        {"{\"values\":[{\"values\":1}],\"a\":2}", "0={\"values\":1} end"},
        {"{\"a\":{\"values\":1},\"values\":[]}", "end"},
    };
    assert_stories(cases, sizeof cases / sizeof cases[0]);
}

static void only_the_very_key_is_wanted(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"{\"value\":1,\"valuesX\":2,\"Values\":3,\"\":4,\"_link\":5,\"xvalues\":6,\"values\":[7]}",
         "0=7 end"},
        {"{\"val\\u0075es\":1,\"\\u0076alues\":2,\"values\\n\":3,\"values\":[]}", "end"},
        {"{\"_links\\\"\":1,\"_links\\u0000\":1,\"values\":[]}", "end"},
        {"{\"valu\xC3\xA9s\":1,\"values\":[]}", "end"},
    };
    assert_stories(cases, sizeof cases / sizeof cases[0]);
}

static void a_key_that_stands_twice_is_read_twice(void **state)
{
    (void)state;
    assert_story("{\"values\":[1],\"_links\":2,\"values\":[3,4],\"_links\":5}", ROOM,
                 "0=1 member=2 1=3 2=4 member=5 end");
}

static void keys_of_any_length_are_told_apart(void **state)
{
    (void)state;
    static const char wanted[] = "fifteen_letters";
    assert_int_equal(sizeof wanted, ARDOQ_JSON_STREAM_KEY_SIZE);
    for (size_t length = 1; length < 600; length++) {
        char text[700] = "{\"";
        for (size_t i = 0; i < length; i++) {
            strcat(text, i < sizeof wanted - 1 ? (char[]){wanted[i], '\0'} : "x");
        }
        strcat(text, "\":[1]}");
        start(ROOM);
        ardoq_json_stream_init(&stream, wanted, "x", area, ROOM);
        finish(feed(text, strlen(text)));
        assert_string_equal(story, length == sizeof wanted - 1 ? "0=1 end" : "JSON_KEY_MISSING");
    }
}

static void what_is_too_large_for_the_buffer_is_skipped(void **state)
{
    (void)state;
    assert_story("{\"values\":[1234,12345,{},{\"a\":1},\"ab\",\"abc\",[1],[12],[123],1]}", 4,
                 "0=1234 1 too large 2={} 3 too large 4=\"ab\" 5 too large 6=[1] 7=[12] "
                 "8 too large 9=1 end");
    assert_story("{\"values\":[{},1,[],12 ,{\"a\":[]}]}", 1,
                 "0 too large 1=1 2 too large 3 too large 4 too large end");
    assert_story("{\"values\":[{},1,true]}", 0, "0 too large 1 too large 2 too large end");
}

static void a_member_too_large_for_the_buffer_is_an_error(void **state)
{
    (void)state;
    assert_story("{\"values\":[1],\"_links\":1234}", 4, "0=1 member=1234 end");
    assert_story("{\"values\":[1],\"_links\":12345}", 4, "0=1 JSON_BUFFER_FULL");
    assert_story("{\"values\":[],\"_links\":\"ab\"}", 4, "member=\"ab\" end");
    assert_story("{\"values\":[],\"_links\":\"abc\"}", 4, "JSON_BUFFER_FULL");
    assert_story("{\"_links\":{},\"values\":[1]}", 1, "JSON_BUFFER_FULL");
    assert_story("{\"_links\":{\"a\":[1,2,3]},\"values\":[1]}", 4, "JSON_BUFFER_FULL");
}

static void another_member_is_read_where_it_fits(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"{\"_meta\":{\"values\":[7]},\"values\":[1]}", "note={\"values\":[7]} 0=1 end"},
        {"{\"values\":[1],\"_links\":{},\"_meta\":5}", "0=1 member={} note=5 end"},
        {"{\"_meta\":\"12345678\",\"_meta\":[],\"values\":[{\"_meta\":1}]}",
         "note=[] 0 too large end"},
        {"{\"_meta\":[\"12345678\"],\"_links\":[[1]],\"values\":[2]}", "member=[[1]] 0=2 end"},
        {"{\"_metas\":1,\"_met\":2,\"values\":[]}", "end"},
        {"{\"_meta\":[1,],\"values\":[]}", "JSON_INVALID"},
    };
    note = "_meta";
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_story(cases[i].text, i == 0 ? ROOM : 8, cases[i].story);
    }
    note = NULL;
    assert_story(cases[0].text, ROOM, "0=1 end");
}

static void a_text_that_is_no_object_is_of_the_wrong_type(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"[1]", "JSON_TYPE"},   {" [ ]", "JSON_TYPE"}, {"1", "JSON_TYPE"},     {" -", "JSON_TYPE"},
        {"\"a\"", "JSON_TYPE"}, {"null", "JSON_TYPE"}, {" true", "JSON_TYPE"}, {"", "JSON_INVALID"},
        {" ", "JSON_INVALID"},  {"x", "JSON_INVALID"},
    };
    assert_stories(cases, sizeof cases / sizeof cases[0]);
}

static void the_array_must_be_one_and_be_there(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"{\"values\":{}}", "JSON_TYPE"},
        {"{\"values\":null}", "JSON_TYPE"},
        {"{\"values\":1}", "JSON_TYPE"},
        {"{\"values\":\"[]\"}", "JSON_TYPE"},
        {"{\"values\":[1],\"values\":true}", "0=1 JSON_TYPE"},
        {"{}", "JSON_KEY_MISSING"},
        {"{\"_links\":[1,2]}", "member=[1,2] JSON_KEY_MISSING"},
        {"{\"a\":{\"values\":[1]}}", "JSON_KEY_MISSING"},
    };
    assert_stories(cases, sizeof cases / sizeof cases[0]);
}

static void the_text_is_validated_to_its_end(void **state)
{
    (void)state;
    static const case_t cases[] = {
        {"{\"values\":[1]}x", "0=1 JSON_INVALID"},
        {"{\"values\":[1]}{\"values\":[2]}", "0=1 JSON_INVALID"},
        {"{\"values\":[1]} ,", "0=1 JSON_INVALID"},
        {"{\"values\":[1,]}", "0=1 JSON_INVALID"},
        {"{\"values\":[1 2]}", "0=1 JSON_INVALID"},
        {"{\"values\":[1x]}", "0=1 JSON_INVALID"},
        {"{\"values\":[{\"a\":}]}", "JSON_INVALID"},
        {"{\"values\":[],\"a\":01}", "JSON_INVALID"},
        {"{\"values\":[\"\xFF\"]}", "JSON_UTF8"},
        {"{\"values\":[1],\"\xC3\":1}", "0=1 JSON_UTF8"},
        {"{\"values\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1", "JSON_TOO_DEEP"},
        {"{\"values\":[1]", "0=1 JSON_INVALID"},
    };
    assert_stories(cases, sizeof cases / sizeof cases[0]);
}

static void a_text_cut_anywhere_is_not_complete(void **state)
{
    (void)state;
    static const char text[] = "{\"a\":[1,{}],\"_links\":{\"n\":\"\\u00e9\xC3\xA9\"},\"values\":[1,"
                               "{\"b\":[]},\"c\",-2.5e1],"
                               "\"values\":[true],\"d\":null}";
    static const char whole[] = "member={\"n\":\"\\u00e9\xC3\xA9\"} 0=1 1={\"b\":[]} 2=\"c\" "
                                "3=-2.5e1 4=true ";
    for (size_t size = 0; size < sizeof text - 1; size++) {
        start(ROOM);
        assert_int_equal(feed(text, size), ARDOQ_OK);
        assert_memory_equal(story, whole, strlen(story));
        assert_int_equal(ardoq_json_stream_end(&stream), ARDOQ_ERR_JSON_INVALID);
    }
    assert_story(text, ROOM,
                 "member={\"n\":\"\\u00e9\xC3\xA9\"} 0=1 1={\"b\":[]} 2=\"c\" "
                 "3=-2.5e1 4=true end");
}

static void after_an_error_nothing_more_is_read(void **state)
{
    (void)state;
    static const char *const texts[] = {"[", "{\"values\":1", "{\"_links\":[1,2,3,4,5", "{]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        start(8);
        assert_int_not_equal(feed(texts[i], strlen(texts[i])), ARDOQ_OK);
        assert_int_equal(feed(" ", 1), ARDOQ_ERR_JSON_INVALID);
        assert_int_equal(ardoq_json_stream_end(&stream), ARDOQ_ERR_JSON_INVALID);
    }
}

static void no_input_is_no_event(void **state)
{
    (void)state;
    size_t consumed = 12345;
    ardoq_json_stream_event_t event = ARDOQ_JSON_STREAM_TOO_LARGE;
    start(ROOM);
    assert_int_equal(feed("{\"values\":[1,", 13), ARDOQ_OK);
    assert_int_equal(ardoq_json_stream_feed(&stream, "", 0, &consumed, &event), ARDOQ_OK);
    assert_int_equal(consumed, 0);
    assert_int_equal(event, ARDOQ_JSON_STREAM_MORE);
    assert_int_equal(ardoq_json_stream_end(&stream), ARDOQ_ERR_JSON_INVALID);
}

static void an_event_ends_a_call_so_that_the_text_stays(void **state)
{
    (void)state;
    static const char text[] = "{\"values\":[\"a\",\"b\"]}";
    size_t consumed = 0;
    ardoq_json_stream_event_t event = ARDOQ_JSON_STREAM_MORE;
    start(ROOM);
    assert_int_equal(ardoq_json_stream_feed(&stream, text, sizeof text - 1, &consumed, &event),
                     ARDOQ_OK);
    assert_int_equal(event, ARDOQ_JSON_STREAM_ELEMENT);
    assert_int_equal(consumed, strlen("{\"values\":[\"a\""));
    assert_int_equal(stream.index, 0);
    assert_int_equal(stream.length, 3);
    assert_memory_equal(area, "\"a\"#", 4);
}

static void a_page_of_any_length_takes_the_same_memory(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    start(ROOM);
    assert_int_equal(feed("{\"values\":[", 11), ARDOQ_OK);
    for (uint32_t i = 0; i < COUNT; i++) {
        char element[ROOM];
        const int size = snprintf(element, sizeof element, "{\"id\":%u},", (unsigned)i);
        story[0] = '\0';
        assert_int_equal(feed(element, (size_t)size), ARDOQ_OK);
        char expected[2 * ROOM];
        snprintf(expected, sizeof expected, "%u={\"id\":%u} ", (unsigned)i, (unsigned)i);
        assert_string_equal(story, expected);
    }
    finish(feed("0]}", 3));
    assert_non_null(strstr(story, "100000=0 end"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_may_be_of_any_type),
        cmocka_unit_test(the_wanted_member_may_stand_anywhere),
        cmocka_unit_test(other_members_are_passed_over),
        cmocka_unit_test(only_the_very_key_is_wanted),
        cmocka_unit_test(a_key_that_stands_twice_is_read_twice),
        cmocka_unit_test(keys_of_any_length_are_told_apart),
        cmocka_unit_test(what_is_too_large_for_the_buffer_is_skipped),
        cmocka_unit_test(a_member_too_large_for_the_buffer_is_an_error),
        cmocka_unit_test(another_member_is_read_where_it_fits),
        cmocka_unit_test(a_text_that_is_no_object_is_of_the_wrong_type),
        cmocka_unit_test(the_array_must_be_one_and_be_there),
        cmocka_unit_test(the_text_is_validated_to_its_end),
        cmocka_unit_test(a_text_cut_anywhere_is_not_complete),
        cmocka_unit_test(after_an_error_nothing_more_is_read),
        cmocka_unit_test(no_input_is_no_event),
        cmocka_unit_test(an_event_ends_a_call_so_that_the_text_stays),
        cmocka_unit_test(a_page_of_any_length_takes_the_same_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
