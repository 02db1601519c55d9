# Compiler settings shared by every target: warnings are errors, sanitizers by preset, fast
# linker and compiler cache where the machine has them.
add_library(berth_options INTERFACE)
target_compile_features(berth_options INTERFACE cxx_std_20)
target_compile_options(berth_options INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlaps that are not there when it inlines std::string (GCC bug 105329).
  target_compile_options(berth_options INTERFACE -Wno-restrict)
endif()
target_include_directories(berth_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)

if(BERTH_SANITIZER)
  target_compile_options(berth_options INTERFACE -fsanitize=${BERTH_SANITIZER} -O1)
  target_link_options(berth_options INTERFACE -fsanitize=${BERTH_SANITIZER})
  if(BERTH_SANITIZER MATCHES undefined)
    target_compile_options(berth_options INTERFACE -fno-sanitize-recover=undefined)
  endif()
  if(BERTH_FUZZ)
    target_compile_options(berth_options INTERFACE -fsanitize=fuzzer-no-link
      -fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/tests/fuzz/ignorelist.txt)
  endif()
  if(BERTH_SANITIZER MATCHES thread)
    # GCC warns on every std::atomic_thread_fence that TSan can't model; none of ours are fences.
    target_compile_options(berth_options INTERFACE -Wno-tsan)
  endif()
else()
  target_compile_options(berth_options INTERFACE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  target_link_options(berth_options INTERFACE -Wl,-z,relro,-z,now -Wl,--as-needed)
endif()

find_program(BERTH_MOLD mold)
if(BERTH_MOLD)
  target_link_options(berth_options INTERFACE -fuse-ld=mold)
endif()
find_program(BERTH_CCACHE ccache)
if(BERTH_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${BERTH_CCACHE})
endif()
