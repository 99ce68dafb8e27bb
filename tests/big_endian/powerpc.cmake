# The cross compiler for 32-bit PowerPC, which has the highest byte of a number first, and the emulator
# that runs its programs on this host.

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ppc)
set(CMAKE_C_COMPILER powerpc-linux-gnu-gcc)
# Debian 13's compiler has times of 64 bits by default, which call functions of other names than those
# that the tests wrap.
set(CMAKE_C_FLAGS_INIT "-U_TIME_BITS -U_FILE_OFFSET_BITS")
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-ppc -L /usr/powerpc-linux-gnu)

# Only its own C library: the host's headers and libraries are of another machine.
set(CMAKE_FIND_ROOT_PATH /usr/powerpc-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
