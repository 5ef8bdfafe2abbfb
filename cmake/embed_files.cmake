# embed_text_files(TARGET HEADER SYMBOL FILES…): the files' texts as a table of {name, text} in namespace loglode, built into TARGET.
# Regenerated when a file changes.
function(embed_text_files target header symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DHEADER=${header} -DSYMBOL=${symbol} "-DFILES=${ARGN}" -P ${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake
    DEPENDS ${ARGN} ${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
