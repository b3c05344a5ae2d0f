# Builds the web application with npm and sets CANON_WEB_DIR and CANON_WEB_DONE
# (a file that is newer than its last build). Without npm, or with
# CANON_WITH_WEB=OFF, the server says on its pages how to build it.
option(CANON_WITH_WEB "Build the web application when npm is there" ON)
set(CANON_WEB_DIR "" CACHE PATH
  "A built web application (index.html and assets/) instead of an own build")
set(CANON_WEB_DONE "")

if(NOT CANON_WEB_DIR AND CANON_WITH_WEB AND NOT CANON_SANITIZE)
  find_program(NPM npm)
  find_program(NODE node)
  set(node_version 0)
  if(NPM AND NODE)
    execute_process(COMMAND "${NODE}" --version
      OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
    string(REPLACE "v" "" node_version "${node_version}")
  endif()
  if(node_version VERSION_GREATER_EQUAL 20.19)
    set(web "${CMAKE_CURRENT_SOURCE_DIR}/web")
    set(CANON_WEB_DIR "${CMAKE_CURRENT_BINARY_DIR}/web")
    set(CANON_WEB_DONE "${CMAKE_CURRENT_BINARY_DIR}/web.done")
    # Packages belong to the sources: all build folders share them.
    set(packages "${web}/node_modules/.package-lock.json")
    add_custom_command(OUTPUT "${packages}"
      COMMAND "${NPM}" ci --no-audit --no-fund --loglevel=error
      COMMAND "${CMAKE_COMMAND}" -E touch "${packages}"
      DEPENDS "${web}/package-lock.json"
      WORKING_DIRECTORY "${web}"
      COMMENT "Packages of the web application"
      VERBATIM)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS
      "${web}/src/*" "${web}/public/*")
    add_custom_command(OUTPUT "${CANON_WEB_DONE}"
      COMMAND "${CMAKE_COMMAND}" -E env "CANON_WEB_OUT=${CANON_WEB_DIR}"
        "${NPM}" run --silent build
      COMMAND "${NODE}" pack.mjs "${CANON_WEB_DIR}"
      COMMAND "${CMAKE_COMMAND}" -E touch "${CANON_WEB_DONE}"
      DEPENDS "${packages}" ${sources} "${web}/index.html"
        "${web}/vite.config.ts" "${web}/package.json" "${web}/pack.mjs"
      WORKING_DIRECTORY "${web}"
      COMMENT "Web application"
      VERBATIM)
  else()
    message(STATUS "No npm with Node.js 20.19 or newer: canond without its "
      "web application")
  endif()
endif()
