#include "ingest/stream_identity.h"

#include <unistd.h>
#include <xxhash.h>

#include <array>
#include <cstring>
#include <fstream>

#include "ingest/input_source.h"

namespace loglode::ingest {

namespace {

StreamIdentity hash(std::string_view bytes) {
  const XXH128_hash_t digest = ::XXH3_128bits(bytes.data(), bytes.size());
  return {digest.high64, digest.low64};
}

void append(std::string& to, std::uint64_t number) {
  for (unsigned shift = 0; shift < 64; shift += 8) to.push_back(static_cast<char>(number >> shift & 0xffU));
}

}  // namespace

std::string host_id() {
  std::ifstream file{"/etc/machine-id"};
  if (std::string id; std::getline(file, id) && !id.empty()) return id;
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "localhost";
}

StreamIdentity identity_of_file(std::string_view host, const struct stat& status, std::string_view first_bytes, std::uint64_t generation) {
  std::string text{host};
  text.push_back('\0');
  append(text, status.st_dev);
  append(text, status.st_ino);
  append(text, generation);
  text += first_bytes.substr(0, kIdentityBytes);
  return hash(text);
}

StreamIdentity identity_of_standard_input(std::string_view first_bytes) {
  return hash("stdin" + std::string{first_bytes.substr(0, kIdentityBytes)});
}

}  // namespace loglode::ingest

namespace loglode {

std::optional<StreamIdentity> identity_when_shorter(const std::string& path, std::uint64_t size) {
  if (size == 0 || size >= ingest::kIdentityBytes) return std::nullopt;
  struct stat status {};
  std::ifstream file{path, std::ios::binary};
  std::string bytes(size, '\0');
  if (!file.read(bytes.data(), static_cast<std::streamsize>(size)) || ::stat(path.c_str(), &status) != 0) return std::nullopt;
  return ingest::identity_of_file(ingest::host_id(), status, bytes);
}

}  // namespace loglode
