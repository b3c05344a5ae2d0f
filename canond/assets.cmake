# cmake -DOUT=assets.c -DWEB=dir -DOPENAPI=openapi.yaml -P assets.cmake
set(arrays "")
set(table "")
set(number 0)

function(embed file path)
  file(READ "${file}" hex HEX)
  if(hex STREQUAL "")
    return()
  endif()
  string(LENGTH "${hex}" len)
  math(EXPR len "${len} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
    "\\1\n" bytes "${bytes}")
  string(APPEND arrays
    "static const unsigned char data_${number}[] = {\n${bytes}};\n\n")
  string(APPEND table "    {\"${path}\", data_${number}, ${len}},\n")
  math(EXPR number "${number} + 1")
  set(arrays "${arrays}" PARENT_SCOPE)
  set(table "${table}" PARENT_SCOPE)
  set(number "${number}" PARENT_SCOPE)
endfunction()

if(EXISTS "${OPENAPI}")
  embed("${OPENAPI}" "/openapi.yaml")
endif()
set(files "")
if(WEB) # without a folder "/*" would be everything on this machine
  file(GLOB_RECURSE files RELATIVE "${WEB}" "${WEB}/*")
endif()
list(SORT files)
foreach(name IN LISTS files)
  embed("${WEB}/${name}" "/static/${name}")
endforeach()
file(WRITE "${OUT}" "/* Made by assets.cmake. */
#include <canon.h>

extern const canon_asset assets[];

${arrays}const canon_asset assets[] = {
${table}    {NULL, NULL, 0}};
")
