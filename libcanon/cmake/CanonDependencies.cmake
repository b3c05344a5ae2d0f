# Every library is found here, at the top: imported targets are visible only in
# the directory that found them and below.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)

pkg_check_modules(JSONC REQUIRED IMPORTED_TARGET json-c)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(CRYPTO REQUIRED IMPORTED_TARGET libcrypto)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
if(CANON_WITH_GIT)
  pkg_check_modules(GIT2 REQUIRED IMPORTED_TARGET libgit2)
endif()

# The static cmark: linked hidden, so that a host with another cmark (or with
# cmark-gfm, whose symbols are the same) does not clash with ours.
find_path(CMARK_INCLUDE_DIR cmark.h REQUIRED)
find_library(CMARK_STATIC_LIBRARY libcmark.a REQUIRED)
add_library(canon_cmark STATIC IMPORTED)
set_target_properties(canon_cmark PROPERTIES
  IMPORTED_LOCATION "${CMARK_STATIC_LIBRARY}"
  INTERFACE_INCLUDE_DIRECTORIES "${CMARK_INCLUDE_DIR}"
  INTERFACE_COMPILE_DEFINITIONS CMARK_STATIC_DEFINE)

if(CANON_BUILD_TESTS)
  pkg_check_modules(CRITERION REQUIRED IMPORTED_TARGET criterion)
endif()
