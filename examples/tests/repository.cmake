# Make a git repository TO of the folder FROM; its files are only in the commit.
file(REMOVE_RECURSE "${TO}")
file(COPY "${FROM}/" DESTINATION "${TO}")
foreach(command IN ITEMS "init;-q;-b;main" "add;--all"
    "-c;user.name=Example;-c;user.email=example@localhost;commit;-q;-m;Add;."
    "rm;-q;-r;.")
  execute_process(COMMAND "${GIT}" ${command} WORKING_DIRECTORY "${TO}"
    COMMAND_ERROR_IS_FATAL ANY)
endforeach()
