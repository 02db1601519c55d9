# Writes generated/service/core/build_info.h: the version and the commit that is built.
execute_process(
  COMMAND git rev-parse --short=12 HEAD
  WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
  OUTPUT_VARIABLE BERTH_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT BERTH_COMMIT)
  set(BERTH_COMMIT unknown)
endif()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/service/core/build_info.h CONTENT
"#pragma once
#define BERTH_VERSION \"@PROJECT_VERSION@\"
#define BERTH_COMMIT \"@BERTH_COMMIT@\"
" @ONLY)
