# The image `bench` of the firmware: pieces of work by the library, and by what a user would take
# instead. Included by examples/qemu_cortex_m3.

set(bench ${CMAKE_CURRENT_LIST_DIR})
set(peers ${ARDOQ_PEERS}/cjson-1.7 ${ARDOQ_PEERS}/http-parser-2.9)
add_image(bench
    ${bench}/board.c ${bench}/compose_cjson.c ${bench}/peers.c ${bench}/sample.c ${bench}/work.c
    ${bench}/../firmware/output.c
    ${ARDOQ_PEERS}/cjson-1.7/cJSON.c ${ARDOQ_PEERS}/http-parser-2.9/http_parser.c)
target_include_directories(bench PRIVATE ${bench} ${bench}/../firmware)
target_include_directories(bench SYSTEM PRIVATE ${peers})
target_link_libraries(bench PRIVATE ardoq_jsmn)
# Others' code has warnings that are not ours to mend.
set_source_files_properties(
    ${ARDOQ_PEERS}/cjson-1.7/cJSON.c ${ARDOQ_PEERS}/http-parser-2.9/http_parser.c
    PROPERTIES COMPILE_OPTIONS -w)
# cJSON calls stdio, which nobody serves here.
target_link_options(bench PRIVATE --specs=nosys.specs
    -Wl,--wrap=ardoq_board_flash -Wl,--wrap=ardoq_board_flash_read
    -Wl,--wrap=ardoq_board_flash_program -Wl,--wrap=ardoq_board_flash_erase)
