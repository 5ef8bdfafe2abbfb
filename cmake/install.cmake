# `cmake --install build/release --prefix /usr`: the program, its unit and configuration, man page, completions, example configurations.
# Man page and completions are what the installed program says of itself, so that it is run here.
include(GNUInstallDirs)
install(TARGETS loglode RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES configs/README.md configs/kafka-to-elasticsearch.yaml configs/kafka-to-file.yaml configs/kafka-to-kafka.yaml configs/prometheus-alerts.yaml configs/rca-local.yaml configs/tail-folder.yaml
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(DIRECTORY configs/known-errors configs/rules configs/schema DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME NEWS.md)  # a package has a changelog of its own
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR} FILES_MATCHING PATTERN *.md)
install(CODE "set(program \"$<TARGET_FILE:loglode>\")\nset(source \"${PROJECT_SOURCE_DIR}\")\nset(work \"${PROJECT_BINARY_DIR}/install\")")
install(SCRIPT cmake/install_generated.cmake)
