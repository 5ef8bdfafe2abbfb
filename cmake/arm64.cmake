# Builds for arm64 on another machine: cmake --preset release -B build/arm64 -D CMAKE_TOOLCHAIN_FILE=cmake/arm64.cmake
# Needs g++-aarch64-linux-gnu, the libraries' -dev packages of arm64 (dpkg --add-architecture arm64), and qemu-user-static, which runs
# what the build runs (encode_packs) and the tests.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_CROSSCOMPILING_EMULATOR qemu-aarch64-static)
set(PKG_CONFIG_EXECUTABLE aarch64-linux-gnu-pkg-config)
