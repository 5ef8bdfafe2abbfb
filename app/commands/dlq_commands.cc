#include "app/commands/dlq_commands.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "app/commands/exit_status.h"
#include "base/owned_file.h"
#include "base/terminal_text.h"
#include "parse/redact/redactor.h"
#include "sinks/dead_letters.h"
#include "sinks/json_objects.h"

namespace loglode {

namespace {

constexpr std::size_t kChunkBytes = 256 * kKiB;
constexpr std::size_t kPrefixMin = 6, kRecordIdLength = 32;

// Hands every dead letter that can be read to `take` (which says whether it wants more), with its number from 1; then tells what could not.
template <class Take>
int for_each_dead_letter(const std::string& path, Take take) {
  auto reader = DeadLetterReader::open(path);
  if (!reader) return report_error(reader.error());
  int status = kDone;
  for (std::uint64_t number = 1;;) {
    auto dead_letter = reader->next();
    if (!dead_letter) {
      report_error(dead_letter.error());
      status = kCouldNotFinish;
      continue;  // with the next part
    }
    if (!dead_letter->has_value() || !take(number++, **dead_letter)) break;
  }
  for (const DamagedPart& part : reader->damaged_parts())
    fmt::print(stderr, "loglode: {}: bytes {} to {} are damaged and were passed over\n", printable(part.path), part.span.begin,
               part.span.end);
  if (reader->damaged() > reader->damaged_parts().size())
    fmt::print(stderr, "loglode: {} damaged stretches were passed over in all; the first ones are listed above\n", reader->damaged());
  return reader->damaged() != 0 ? static_cast<int>(kCouldNotFinish) : status;
}

int worse(int status, int other) { return status != kDone ? status : other; }

std::string reason_of(const DeadLetter& dead_letter) {
  RedactionCounts counts;
  return redact(dead_letter.reason, counts);  // a server may quote the record
}

std::string origin_text(const DeadLetter& dead_letter) {
  if (!dead_letter.event.empty()) return dead_letter.event + " " + dead_letter.record_id;
  if (dead_letter.topic.empty()) return fmt::format("{}@{}", dead_letter.path, dead_letter.offset);
  return fmt::format("{}/{}@{}", dead_letter.topic, dead_letter.partition, dead_letter.offset >> kKafkaOffsetShift);
}

std::string row_of(std::uint64_t number, const DeadLetter& dead_letter) {
  std::string time = to_rfc3339(dead_letter.time);
  if (time.size() > 23) time = time.substr(0, 23) + "Z";
  return fmt::format("{:>6}  {}  {:>9}  {}  {}{}\n", number, pad_to(printable(time), 24), with_commas(dead_letter.raw.size()),
                     pad_to(printable(origin_text(dead_letter)), 32), printable(reason_of(dead_letter)),
                     dead_letter.masked ? "  (masked)" : "");
}

Json json_of(std::uint64_t number, const DeadLetter& dead_letter) {
  Json out{{"schema", "loglode.dead_letter/1"}, {"number", number}};
  out["time"] = dead_letter.time == kNoTime ? Json{} : Json(to_rfc3339(dead_letter.time));
  out["reason"] = reason_of(dead_letter);
  out["bytes"] = dead_letter.raw.size();
  out["masked"] = dead_letter.masked;
  out["event.id"] = dead_letter.record_id;
  if (!dead_letter.event.empty()) {
    out["event.kind"] = dead_letter.event;
  } else if (dead_letter.topic.empty()) {
    out["log.file.path"] = dead_letter.path;
    out["log.offset"] = dead_letter.offset;
  } else {
    out["kafka.topic"] = dead_letter.topic;
    out["kafka.partition"] = dead_letter.partition;
    out["kafka.offset"] = dead_letter.offset >> kKafkaOffsetShift;
  }
  return out;
}

// Standard output, in chunks.
class Printed {
 public:
  void add(std::string_view text) {
    text_ += text;
    if (text_.size() >= kChunkBytes) hand_over();
  }
  /// The exit status that its errors mean.
  int finish() {
    hand_over();
    return status_;
  }

 private:
  void hand_over() {
    if (const auto printed = print_text(text_); !printed && status_ == kDone) status_ = report_error(printed.error());
    text_.clear();
  }
  std::string text_;
  int status_ = kDone;
};

// Which dead letter is meant: by number, by id, or by the beginning of an id.
class Wanted {
 public:
  static std::optional<Wanted> read(const std::string& text) {
    Wanted wanted;
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    if (digits && text.size() < kRecordIdLength) {
      const auto read = std::from_chars(text.data(), text.data() + text.size(), wanted.number_);
      if (read.ec == std::errc{} && wanted.number_ != 0) return wanted;
      return std::nullopt;
    }
    if (text.size() < kPrefixMin || text.find_first_not_of("0123456789abcdef") != std::string::npos) return std::nullopt;
    wanted.id_ = text;
    return wanted;
  }
  [[nodiscard]] bool is(std::uint64_t number, const DeadLetter& dead_letter) const {
    return number_ != 0 ? number == number_ : dead_letter.record_id.starts_with(id_);
  }

 private:
  std::uint64_t number_ = 0;
  std::string id_;
};

std::string escaped(std::string_view raw) {
  std::string out;
  for (std::size_t begin = 0; begin <= raw.size();) {
    const std::size_t end = std::min(raw.find('\n', begin), raw.size());
    out += printable(raw.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

/// A record is one line, so that it is read again as one. JSON may have newlines between its members only, where a blank does as well; text
/// of several lines becomes the message of an object.
std::string one_line(std::string_view raw) {
  std::string out{raw};
  if (raw.find('\n') == std::string_view::npos) return out;
  if (Json::accept(raw)) {
    std::replace(out.begin(), out.end(), '\n', ' ');
    return out;
  }
  return to_line(Json{{"message", std::move(out)}});
}

// Where replayed records go. Never over something that is there.
class ReplayTarget {
 public:
  static Result<ReplayTarget> open(const std::string& path) {
    ReplayTarget target;
    if (path == "-") return target;
    target.path_ = path;
    struct stat status {};
    const bool device = path.starts_with("/dev/");
    const bool there = (device ? ::stat(path.c_str(), &status) : ::lstat(path.c_str(), &status)) == 0;
    if (there && ((S_ISREG(status.st_mode) && status.st_size != 0) || S_ISLNK(status.st_mode)))
      return fail(std::make_error_code(std::errc::invalid_argument),
                  path + " is there already: nothing is overwritten, and no link is followed; choose another name");
    auto file = open_file(path, O_WRONLY | O_APPEND | O_CREAT | (device ? 0 : O_NOFOLLOW), 0600);
    if (!file) return tl::unexpected<Error>(file.error());
    target.file_ = std::move(*file);
    return target;
  }
  Result<void> add(std::string_view record) {
    text_ += record;
    text_ += '\n';
    return text_.size() >= kChunkBytes ? hand_over() : Result<void>{};
  }
  Result<void> finish() {
    if (auto written = hand_over(); !written || !file_) return written;
    return sync_file(file_, path_);
  }

 private:
  Result<void> hand_over() {
    auto written = file_ ? append_whole(file_, text_, path_) : print_text(text_);
    text_.clear();
    return written;
  }
  std::string path_, text_;
  OwnedFile file_;
};

}  // namespace

int list_dead_letters(const DlqArguments& arguments) {
  const bool ndjson = arguments.report == "ndjson";
  std::uint64_t count = 0, events = 0, bytes = 0;
  Printed printed;
  const int status = for_each_dead_letter(arguments.path, [&](std::uint64_t number, const DeadLetter& dead_letter) {
    if (number == 1 && !ndjson) printed.add(fmt::format("{:>6}  {:<24}  {:>9}  {:<32}  reason\n", "#", "time", "bytes", "origin"));
    printed.add(ndjson ? to_line(json_of(number, dead_letter)) + "\n" : row_of(number, dead_letter));
    ++count;
    events += dead_letter.event.empty() ? 0 : 1;
    bytes += dead_letter.raw.size();
    return true;
  });
  if (status != kDone && count == 0) return status;
  if (!ndjson && count == 0) printed.add("No dead letters in " + printable(arguments.path) + ".\n");
  if (!ndjson && count != 0)
    printed.add(
        fmt::format("{} {}, {} bytes\n", with_commas(count), events == 0 ? "records" : "records, findings and others", with_commas(bytes)));
  return worse(printed.finish(), status);
}

int show_dead_letter(const DlqArguments& arguments) {
  const auto wanted = Wanted::read(arguments.which);
  if (!wanted)
    return report_usage(printable(arguments.which) +
                        " names no dead letter: give its number in `loglode dlq list`, or at least six digits of its record id");
  std::optional<DeadLetter> found;
  bool several = false;
  const int status = for_each_dead_letter(arguments.path, [&](std::uint64_t number, const DeadLetter& dead_letter) {
    if (!wanted->is(number, dead_letter)) return true;
    several = found && found->record_id != dead_letter.record_id;
    if (!found) found = dead_letter;
    return !several;
  });
  if (several) return report_usage("several record ids begin with " + arguments.which + ": give more digits" + ": give more digits");
  if (!found)
    return worse(status, report_usage(fmt::format("there is no dead letter {} in {}: `loglode dlq list` shows all", arguments.which,
                                                  arguments.path)));
  Printed printed;
  if (arguments.raw)
    printed.add(found->raw);
  else
    printed.add(escaped(found->raw));
  fmt::print(stderr, "{}  {}\n{}{}\n", printable(found->record_id), printable(origin_text(*found)), printable(reason_of(*found)),
             found->masked ? "  (masked by mask_dead_letters: these are not the bytes that were read)" : "");
  return worse(printed.finish(), status);
}

int replay_dead_letters(const DlqArguments& arguments) {
  if (auto reader = DeadLetterReader::open(arguments.path); !reader) return report_error(reader.error());
  auto target = ReplayTarget::open(arguments.to);
  if (!target) return report_error(target.error());
  std::uint64_t written = 0, masked = 0, others = 0, folded = 0;
  Result<void> last;
  int status = for_each_dead_letter(arguments.path, [&](std::uint64_t, const DeadLetter& dead_letter) {
    if (dead_letter.reason.find(arguments.reason) == std::string::npos) return true;
    if (dead_letter.event.empty() == arguments.events) return ++others, true;  // the other kind of line
    if (dead_letter.masked) return ++masked, true;
    const std::string line = one_line(dead_letter.raw);
    folded += line.starts_with("{\"message\":") && line != dead_letter.raw ? 1 : 0;
    last = target->add(line);
    if (last) ++written;
    return last.has_value();
  });
  if (last) last = target->finish();
  if (!last) return report_error(last.error());
  fmt::print(stderr, "{} {} written\n", with_commas(written), arguments.events ? "findings, incidents and templates" : "records");
  if (folded != 0)
    fmt::print(
        stderr,
        "{} of several lines were written as {{\"message\": …}}, so that each is read as one again: dlq show --raw has their bytes\n",
        with_commas(folded));
  if (others != 0 && !arguments.events)
    fmt::print(stderr, "{} findings, incidents and templates were left out, as they are not records: --events writes them\n",
               with_commas(others));
  if (masked != 0) {
    fmt::print(stderr, "loglode: {} records were kept masked (mask_dead_letters): they cannot be replayed\n", with_commas(masked));
    status = worse(status, kCouldNotFinish);
  }
  return status;
}

void add_dlq_commands(CLI::App& app, DlqArguments& arguments, int& status) {
  CLI::App* dlq = app.add_subcommand("dlq", "Dead letters: records, findings and incidents that no sink took");
  dlq->require_subcommand(1);
  dlq->footer(
      "PATH is the folder (dead_letters: of the configuration) or one of its parts. It is not changed.\n"
      "Examples:\n  loglode dlq list /var/lib/loglode/dead-letters\n"
      "  loglode dlq list DIR --report ndjson | jq -r .reason | sort | uniq -c\n"
      "  loglode dlq show DIR 3                              or by its record id; --raw: bytes as they are\n"
      "  loglode dlq replay DIR --reason mapper_parsing --to again.log");
  const auto add = [&](const char* name, const char* what, int (*run)(const DlqArguments&)) {
    CLI::App* command = dlq->add_subcommand(name, what);
    command->add_option("path", arguments.path, "the folder, or one part")->required()->type_name("PATH");
    command->callback([&arguments, &status, run] { status = run(arguments); });
    return command;
  };
  CLI::App* list = add("list", "List dead letters: when, how large, from where, and why no sink took them", list_dead_letters);
  list->add_option("--report", arguments.report, "human or ndjson")->check(CLI::IsMember({"human", "ndjson"}));
  list->footer("Example:\n  loglode dlq list /var/lib/loglode/dead-letters --report ndjson");
  CLI::App* show = add("show", "Show one dead letter as it was read", show_dead_letter);
  show->add_option("which", arguments.which, "its number in the list, or its record id")->required();
  show->add_flag("--raw", arguments.raw, "bytes as they are, not escaped");
  show->footer("Secrets are not masked here.\nExample:\n  loglode dlq show /var/lib/loglode/dead-letters 3 --raw > record");
  CLI::App* replay = add("replay", "Write the records of dead letters, one a line, so that they can be read again", replay_dead_letters);
  replay->add_option("--to", arguments.to, "a new file; - is standard output (the default)")->type_name("FILE");
  replay->add_flag("--events", arguments.events, "the findings, incidents and templates instead of the records");
  replay->add_option("--reason", arguments.reason, "only those whose reason holds this text")->type_name("TEXT");
  replay->footer(
      "Examples:\n  loglode dlq replay /var/lib/loglode/dead-letters --to again.log\n"
      "  loglode dlq replay DIR --reason 'failed to parse field' | loglode analyze -");
}

}  // namespace loglode
