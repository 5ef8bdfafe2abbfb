# Run by cmake --install (install.cmake): `program`, `source` and `work` are set. file(INSTALL) honours DESTDIR.
file(MAKE_DIRECTORY ${work})

function(write_output file)
  execute_process(COMMAND ${ARGN} OUTPUT_FILE ${file} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${ARGN}: exit ${status}")
  endif()
endfunction()

write_output(${work}/loglode ${program} completion bash)
file(INSTALL ${work}/loglode DESTINATION ${CMAKE_INSTALL_PREFIX}/share/bash-completion/completions)
write_output(${work}/_loglode ${program} completion zsh)
file(INSTALL ${work}/_loglode DESTINATION ${CMAKE_INSTALL_PREFIX}/share/zsh/vendor-completions)
write_output(${work}/loglode.fish ${program} completion fish)
file(INSTALL ${work}/loglode.fish DESTINATION ${CMAKE_INSTALL_PREFIX}/share/fish/vendor_completions.d)
write_output(${work}/loglode.1 ${source}/scripts/man-page ${program})
file(INSTALL ${work}/loglode.1 DESTINATION ${CMAKE_INSTALL_PREFIX}/share/man/man1)

# The unit names the program by its path; the configuration is the system's, as in the unit.
file(READ ${source}/configs/systemd/loglode.service unit)
string(REPLACE "/usr/bin/loglode" "${CMAKE_INSTALL_PREFIX}/bin/loglode" unit "${unit}")
file(WRITE ${work}/loglode.service "${unit}")
file(INSTALL ${work}/loglode.service DESTINATION ${CMAKE_INSTALL_PREFIX}/lib/systemd/system)
if(NOT EXISTS "$ENV{DESTDIR}/etc/loglode/loglode.yaml")  # somebody's own by now
  file(INSTALL ${source}/packaging/loglode.yaml DESTINATION /etc/loglode)
endif()
