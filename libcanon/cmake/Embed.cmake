# canon_embed(OUT_VAR FILE SYMBOL)
#
# Makes a C file that holds FILE: SYMBOL (bytes with a NUL behind them),
# SYMBOL_len and SYMBOL_sha256 (of the bytes, hex). OUT_VAR gets its path.
function(canon_embed out_var file symbol)
  get_filename_component(input "${file}" ABSOLUTE)
  set(output "${CMAKE_CURRENT_BINARY_DIR}/embed_${symbol}.c")
  add_custom_command(
    OUTPUT "${output}"
    COMMAND "${CMAKE_COMMAND}" "-DINPUT=${input}" "-DOUTPUT=${output}"
      "-DSYMBOL=${symbol}" -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedFile.cmake"
    DEPENDS "${input}" "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedFile.cmake"
    VERBATIM)
  set(${out_var} "${output}" PARENT_SCOPE)
endfunction()
