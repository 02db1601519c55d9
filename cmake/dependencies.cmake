# Every third-party library, found once, under one target name each.
find_package(Threads REQUIRED)
find_package(Poco 1.11 REQUIRED COMPONENTS Foundation Util Net JSON Data DataSQLite NetSSL)
find_package(fmt 9 REQUIRED)
add_library(fmt_static STATIC ${CMAKE_SOURCE_DIR}/cmake/fmt.cpp)
target_include_directories(fmt_static SYSTEM PUBLIC
  $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
find_package(OpenSSL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(uv REQUIRED IMPORTED_TARGET libuv>=1.44)
pkg_check_modules(re2 REQUIRED IMPORTED_TARGET re2)
find_package(tomlplusplus 3.3 REQUIRED)
# Its headers alone, for programs that bring their C++ library along: the shared one needs a shared one.
add_library(toml_headers INTERFACE)
target_include_directories(toml_headers SYSTEM INTERFACE
  $<TARGET_PROPERTY:tomlplusplus::tomlplusplus,INTERFACE_INCLUDE_DIRECTORIES>)

# Header-only and without a CMake package on Debian 12.
foreach(header rapidjson/reader.h tl/expected.hpp CLI/CLI.hpp)
  string(MAKE_C_IDENTIFIER ${header} name)
  find_path(BERTH_${name} ${header} REQUIRED)
endforeach()
