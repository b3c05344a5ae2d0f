# Run PROGRAM with ARGS; its exit code must be RESULT, and what it prints must
# contain EXPECTED and, where it begins like JSON, be JSON.
execute_process(COMMAND "${PROGRAM}" ${ARGS}
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
if(NOT result EQUAL RESULT)
  message(FATAL_ERROR "exit code ${result}, not ${RESULT}: ${output}${errors}")
endif()
string(FIND "${output}" "${EXPECTED}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "no ${EXPECTED} in ${output}")
endif()
if(output MATCHES "^{")
  string(JSON kind ERROR_VARIABLE broken TYPE "${output}")
  if(broken)
    message(FATAL_ERROR "not JSON: ${broken}")
  endif()
endif()
