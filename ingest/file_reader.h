// One file, FIFO or standard input as bytes: opened first, looked at afterwards, never mapped.
#pragma once

#include <sys/stat.h>

#include <atomic>

#include "core/result.h"
#include "ingest/byte_reader.h"
#include "ingest/input_source.h"

namespace loglode::ingest {

/// A file descriptor that is closed with its owner; standard input is only borrowed.
class FileDescriptor {
 public:
  explicit FileDescriptor(int number, bool owned = true) noexcept : number_{number}, owned_{owned} {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_{other.number_}, owned_{other.owned_} { other.owned_ = false; }
  FileDescriptor& operator=(FileDescriptor&&) = delete;
  ~FileDescriptor();
  [[nodiscard]] int number() const noexcept { return number_; }

 private:
  int number_;
  bool owned_;
};

struct OpenedFile {
  FileDescriptor descriptor;
  struct stat status;
};

/// Opens without ever waiting for the other end of a FIFO. Found in a folder: regular files only and no links.
/// Errors: a sentence that names the file, for what is missing, forbidden, or no file.
[[nodiscard]] Result<OpenedFile> open_input(const InputFile& input);

/// How sentences call it: `-` is standard input.
[[nodiscard]] std::string shown_name(const std::string& path);

/// "a folder", "a FIFO", "a socket", "a device".
[[nodiscard]] std::string_view kind_of(mode_t mode) noexcept;

/// The sentence for an open or stat that failed with `error` (errno).
[[nodiscard]] std::string why_not_opened(const std::string& path, int error);

/// Reads to the end of the file as it is then. A file that got shorter, or a disk that fails, ends it with a note.
class FileReader final : public ByteReader {
 public:
  /// `bytes_read` counts along. `notes` and `bytes_read` must outlive the reader.
  FileReader(OpenedFile file, ReadNotes& notes, std::atomic<std::uint64_t>& bytes_read);
  ReadResult read(char* to, std::size_t room, Deadline until) override;
  void stop() noexcept override { ended_ = true; }

 private:
  ReadResult end();
  ReadResult failed(int error);
  [[nodiscard]] bool ready(Deadline until) const;

  OpenedFile file_;
  ReadNotes& notes_;
  std::atomic<std::uint64_t>& bytes_read_;
  std::uint64_t position_ = 0;
  bool ended_ = false;
  bool may_wait_ = false;  // a read found nothing yet: poll before the next
};

}  // namespace loglode::ingest
