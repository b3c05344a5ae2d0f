# canon_flags(TARGET): warnings, hardening and sanitizers of our own code.
function(canon_flags target)
  set_target_properties(${target} PROPERTIES
    C_STANDARD 11
    C_STANDARD_REQUIRED ON
    C_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ON)
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wold-style-definition -Wpointer-arith
    -Wwrite-strings -Wcast-qual -Wundef -Wvla -Wformat=2 -Wswitch-enum
    -Wimplicit-fallthrough -Wframe-larger-than=4096
    -Werror=implicit-function-declaration
    $<$<BOOL:${CANON_WERROR}>:-Werror>
    $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2;-fstack-protector-strong>)
  canon_sanitize(${target})
endfunction()

# The assertions of the test framework are macros with habits of their own.
function(canon_test_flags target)
  canon_flags(${target})
  target_compile_options(${target} PRIVATE
    -Wno-frame-larger-than -Wno-missing-prototypes -Wno-pedantic
    -Wno-cast-qual -Wno-write-strings -Wno-shadow
    $<$<C_COMPILER_ID:GNU>:-Wno-discarded-qualifiers>
    $<$<C_COMPILER_ID:Clang>:-Wno-incompatible-pointer-types-discards-qualifiers;-Wno-gnu-statement-expression>)
endfunction()

function(canon_sanitize target)
  if(CANON_SANITIZE)
    target_compile_options(${target} PRIVATE
      -fsanitize=${CANON_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all -Wno-frame-larger-than)
    target_link_options(${target} PUBLIC -fsanitize=${CANON_SANITIZE})
  endif()
endfunction()

# canon_module(NAME SOURCES ... DEPENDS ... LIBRARIES ...)
#
# A module sees the headers of its own folder, of the modules in DEPENDS (not of
# *their* dependencies) and the public ones; anything else does not compile.
# The paths are for quoted includes only: <time.h> is never ours. What it needs
# to link is passed on, its include paths are not.
function(canon_module name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  add_library(cn_${name} STATIC ${ARG_SOURCES})
  canon_flags(cn_${name})
  target_include_directories(cn_${name} PRIVATE
    "${PROJECT_SOURCE_DIR}/include")
  target_compile_options(cn_${name} PRIVATE
    "SHELL:-iquote ${CMAKE_CURRENT_SOURCE_DIR}"
    "SHELL:-iquote ${CMAKE_CURRENT_BINARY_DIR}")
  foreach(dep IN LISTS ARG_DEPENDS)
    target_compile_options(cn_${name} PRIVATE
      "SHELL:-iquote ${PROJECT_SOURCE_DIR}/libcanon/${dep}")
    target_link_libraries(cn_${name} INTERFACE cn_${dep})
  endforeach()
  target_link_libraries(cn_${name} PRIVATE ${ARG_LIBRARIES})
  set_property(GLOBAL APPEND PROPERTY CANON_MODULES ${name})
  set_property(GLOBAL APPEND PROPERTY CANON_LIBRARIES ${ARG_LIBRARIES})
  set_property(GLOBAL PROPERTY CANON_DEPENDS_${name} ${ARG_DEPENDS})
endfunction()

# canon_test(NAME MODULE m SOURCES ... [USES ...] [LABELS ...] [TIMEOUT s])
#
# A Criterion program that links one module and what it depends on, nothing
# else: a call that gets around the headers does not link. USES names further
# modules whose headers the test may include (they must be below MODULE).
function(canon_test name)
  cmake_parse_arguments(ARG "" "MODULE;TIMEOUT" "SOURCES;USES;LABELS" ${ARGN})
  get_property(deps GLOBAL PROPERTY CANON_DEPENDS_${ARG_MODULE})
  add_executable(${name} ${ARG_SOURCES})
  canon_test_flags(${name})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/include")
  foreach(dep IN LISTS ARG_MODULE deps ARG_USES)
    target_compile_options(${name} PRIVATE
      "SHELL:-iquote ${PROJECT_SOURCE_DIR}/libcanon/${dep}")
  endforeach()
  target_compile_options(${name} PRIVATE
    "SHELL:-iquote ${PROJECT_SOURCE_DIR}/tests/support")
  target_compile_definitions(${name} PRIVATE
    CN_TESTS_DIR="${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE
    canon_test_support cn_${ARG_MODULE} PkgConfig::CRITERION)
  if("db" IN_LIST deps OR ARG_MODULE STREQUAL "db")
    target_link_libraries(${name} PRIVATE canon_test_database)
  endif()
  add_test(NAME ${name} COMMAND ${name} --jobs 2)
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${ARG_TIMEOUT} LABELS "unit;${ARG_LABELS}")
endfunction()
