#include "app/commands/live_screen.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "app/commands/exit_status.h"
#include "base/terminal_text.h"
#include "sinks/json_objects.h"
#include "sinks/report.h"

namespace loglode {

namespace {

constexpr std::size_t kTemplatesShown = 20;

std::string upper(std::string_view word) {
  std::string text{word};
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string_view word_of(EventChange change) {
  return change == EventChange::opened ? "opened" : change == EventChange::updated ? "grew" : "closed";
}

std::string when(Timestamp time) { return time == kNoTime ? std::string(8, ' ') : clock_text(time); }

std::string place_of(const Finding& finding) {
  if (finding.evidence.empty()) return {};
  const Origin& origin = finding.evidence.front().origin;
  return fmt::format("  {}:{}", origin.path, origin.line);
}

}  // namespace

std::string LiveScreen::line_of(const LiveFinding& live) const {
  const Finding& finding = *live.finding;
  if (style_.ndjson) return to_line(to_json(finding)) + "\n";
  const Paint paint{style_.color};
  const std::string word = pad_to(upper(live.change == EventChange::updated ? "grew" : word_for(finding.kind)), 9);
  const bool grave = finding.severity >= Severity::error;
  std::string out = fmt::format("{}  {}  {}  ", when(finding.start), grave ? paint.bold_red(word) : paint.yellow(word),
                                paint.cyan(pad_to(printable(finding.service), 14)));
  return out + printable(finding.summary) + paint.dim(printable(place_of(finding))) + "\n";
}

std::string LiveScreen::line_of(const LiveIncident& live, Timestamp newest) const {
  if (style_.ndjson) {
    if (live.incident == nullptr) return {};
    Json object = to_json(*live.incident);
    object["incident_id"] = std::to_string(live.number);
    object["state"] = live.change == EventChange::resolved ? "closed" : "open";
    return to_line(object) + "\n";
  }
  const Paint paint{style_.color};
  const std::string head = fmt::format("INCIDENT {} {}", live.number, word_of(live.change));
  Timestamp time = newest;  // grown or let go: seen just now
  if (live.incident != nullptr && live.change == EventChange::opened) time = live.incident->opened_at;
  if (live.incident != nullptr && live.incident->closed_at != kNoTime && live.change == EventChange::resolved)
    time = live.incident->closed_at;
  const bool over = live.change == EventChange::resolved;
  return fmt::format("{}  {}  {}{}\n", when(time), over ? paint.bold(head) : paint.bold_red(head),
                     live.incident == nullptr ? "" : fmt::format("{}  ", name_of(live.incident->severity)), printable(live.summary));
}

std::vector<OutgoingEvent> LiveScreen::announce(const std::shared_ptr<const Assessment>& assessment) {
  show(*assessment);
  return {};
}

Announced LiveScreen::announced() const {
  Announced all;
  tracker_.add_to(all);
  return all;
}

void LiveScreen::show(const Assessment& judged) {
  if (judged.known) return tracker_.take_as_known(judged.judgement, judged.newest);
  if (tracker_.was_renewed()) tracker_.take_as_known(tracker_.told_before(judged.judgement), judged.newest);
  const LiveChanges changes = tracker_.compare(judged.judgement, judged.newest);
  std::string out;
  for (const LiveIncident& live : changes.incidents)
    if (live.change != EventChange::resolved) out += line_of(live, judged.newest);
  for (const LiveFinding& live : changes.findings)
    if (style_.verbose || live.finding->notify != Notify::none) out += line_of(live);
  for (const LiveIncident& live : changes.incidents)
    if (live.change == EventChange::resolved) out += line_of(live, judged.newest);
  findings_ = tracker_.findings_opened();
  incidents_open_ = tracker_.incidents_open();
  if (templates_wanted_.exchange(false)) {
    const auto& templates = judged.judgement.templates;
    for (std::size_t i = 0; i < std::min(templates.size(), kTemplatesShown); ++i)
      out += style_.ndjson ? to_line(to_json(templates[i])) + "\n"
                           : fmt::format("{:>10}  {}  {}\n", with_commas(templates[i].count), pad_to(printable(templates[i].service), 14),
                                         printable(templates[i].info->text));
    if (!style_.ndjson && templates.size() > kTemplatesShown)
      out += fmt::format("{:>10}  more templates\n", templates.size() - kTemplatesShown);
  }
  if (!out.empty()) print(out);
}

void LiveScreen::print(const std::string& text) {
  const std::scoped_lock lock{mutex_};
  if (!status_.empty()) fmt::print(stderr, "\r\033[K");
  if (auto printed = print_text(text); !printed && output_trouble_.empty()) output_trouble_ = printed.error().message;
  std::fflush(stdout);
  if (!status_.empty()) fmt::print(stderr, "{}", status_);
}

bool LiveScreen::lost_output() const {
  pollfd output{STDOUT_FILENO, 0, 0};
  if (::poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0) return true;
  return !output_trouble().empty();
}

std::string LiveScreen::output_trouble() const {
  const std::scoped_lock lock{mutex_};
  return output_trouble_;
}

void LiveScreen::say(const std::string& sentence) {
  const std::scoped_lock lock{mutex_};
  if (!status_.empty()) fmt::print(stderr, "\r\033[K");
  fmt::print(stderr, "loglode: {}\n{}", printable(sentence), status_);
  std::fflush(stderr);
}

void LiveScreen::draw_status(const LiveRun& run) {
  if (!style_.status) return;
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - drawn_).count();
  const std::uint64_t lines = run.counters().lines;
  if (seconds > 0.1) rate_ = 0.7 * static_cast<double>(lines - lines_before_) / seconds + 0.3 * rate_;
  lines_before_ = lines;
  drawn_ = now;
  const std::string trouble = run.engine().trouble();
  std::string text = fmt::format("{} lines/s · {} lines · {} templates · {} findings · {} open incidents",
                                 with_commas(static_cast<std::uint64_t>(rate_)), with_commas(lines),
                                 with_commas(run.engine().judging().templates()), with_commas(findings_.load()), incidents_open_.load());
  if (!trouble.empty()) text += " · NOT SAVED: " + printable(trouble);
  const std::scoped_lock lock{mutex_};
  status_ = cut_to(text, style_.columns - 1);
  fmt::print(stderr, "\r\033[K{}", status_);
  std::fflush(stderr);
}

void LiveScreen::clear_status() {
  const std::scoped_lock lock{mutex_};
  if (!std::exchange(status_, {}).empty()) fmt::print(stderr, "\r\033[K");
}

}  // namespace loglode
