#include "app/commands/dlq_commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "app/reading/option_words.h"
#include "base/exit_status.h"
#include "base/terminal_text.h"
#include "parse/redact/redactor.h"
#include "sinks/dead_letter_text.h"
#include "sinks/dead_letters.h"
#include "sinks/json_objects.h"
#include "sinks/replay_target.h"

namespace loglode {

namespace {

constexpr std::size_t kChunkBytes = 256 * kKiB;

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

}  // namespace

int list_dead_letters(const DlqArguments& arguments) {
  const bool ndjson = arguments.report == "ndjson";
  std::uint64_t count = 0, events = 0, bytes = 0;
  Printed printed;
  const int status = for_each_dead_letter(arguments.path, [&](std::uint64_t number, const DeadLetter& dead_letter) {
    if (number == 1 && !ndjson) printed.add(fmt::format("{:>6}  {:<24}  {:>9}  {:<32}  reason\n", "#", "time", "bytes", "origin"));
    printed.add(ndjson ? to_line(dead_letter_json(number, dead_letter, reason_of(dead_letter))) + "\n"
                       : dead_letter_row(number, dead_letter, reason_of(dead_letter)));
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
  const auto wanted = WantedDeadLetter::read(arguments.which);
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
  if (several) return report_usage("several record ids begin with " + arguments.which + ": give more digits");
  if (!found)
    return worse(status, report_usage(fmt::format("there is no dead letter {} in {}: `loglode dlq list` shows all", arguments.which,
                                                  arguments.path)));
  Printed printed;
  if (arguments.raw)
    printed.add(found->raw);
  else
    printed.add(escaped_lines(found->raw));
  fmt::print(stderr, "{}  {}\n{}{}\n", printable(found->record_id), printable(dead_letter_origin(*found)), printable(reason_of(*found)),
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
  add_words(*list, "--report", arguments.report, Words<std::string>{{"human", "human"}, {"ndjson", "ndjson"}}, "form of the list");
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
