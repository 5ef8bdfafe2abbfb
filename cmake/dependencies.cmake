# Everything comes from the system's packages (docs/dependencies.md says what each is for); nothing is downloaded.
# The versions are Debian 12's, the oldest that is tested. Newer ones are taken as they are: many of these packages call each
# major version incompatible, which would refuse Debian 13's and Ubuntu's.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB 1.2.13 REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)

function(loglode_package name version)
  find_package(${name} REQUIRED ${ARGN})
  if(DEFINED ${name}_VERSION AND ${name}_VERSION VERSION_LESS version)
    message(FATAL_ERROR "${name} ${${name}_VERSION} is too old: loglode needs ${version} (docs/dependencies.md)")
  endif()
endfunction()
loglode_package(TBB 2021.8)
loglode_package(fmt 9.1)
loglode_package(yaml-cpp 0.7)
loglode_package(date 3.0.1)
loglode_package(tl-expected 1.0)
loglode_package(nlohmann_json 3.11)
loglode_package(absl 20220623)
loglode_package(spdlog 1.10)
loglode_package(prometheus-cpp 1.0 COMPONENTS core)
loglode_package(Boost 1.74 CONFIG)

pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka>=2.0)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd>=1.5)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson>=3.0)
# Hyperscan, or Vectorscan where there is none (arm64): the same API under the same name.
pkg_check_modules(hyperscan REQUIRED IMPORTED_TARGET libhs>=5.4)
pkg_check_modules(pcre2 REQUIRED IMPORTED_TARGET libpcre2-8>=10.42)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash>=0.8.1)
pkg_check_modules(sqlite3 REQUIRED IMPORTED_TARGET sqlite3>=3.37)
find_path(PROTOZERO_INCLUDE_DIR protozero/version.hpp REQUIRED)
find_path(CLI11_INCLUDE_DIR CLI/CLI.hpp REQUIRED)
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)  # before 0.8
endif()
