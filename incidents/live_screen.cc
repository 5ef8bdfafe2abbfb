#include "incidents/live_screen.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>

#include "base/standard_output.h"
#include "base/terminal_text.h"
#include "core/finding_words.h"

namespace loglode {

namespace {

constexpr std::size_t kTemplatesShown = 20;
constexpr std::size_t kSummaryMin = 24;  // columns that a summary needs, else what stands beside it goes
constexpr std::string_view kIndent = "          ", kNextRow = "\n          ";
constexpr double kDay_s = 86'400;

std::string upper(std::string_view word) {
  std::string text{word};
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string_view word_of(EventChange change) {
  return change == EventChange::opened ? "opened" : change == EventChange::updated ? "grew" : "closed";
}

std::string when(Timestamp time) { return time == kNoTime ? std::string(8, ' ') : clock_text(time); }

std::string place_of(const Finding* finding) {
  if (finding == nullptr || finding->evidence.empty()) return {};
  const Origin& origin = finding->evidence.front().origin;
  return printable(fmt::format("  {}:{}", origin.path, origin.line));
}

std::string key_of(const Finding& finding) { return "finding " + IncidentTracker::subject_of(finding); }
std::string key_of(std::uint64_t incident) { return fmt::format("incident {}", incident); }

std::map<std::string_view, const Finding*> by_id(const Judgement& judgement) {
  std::map<std::string_view, const Finding*> findings;
  for (const Finding& finding : judgement.findings) findings.emplace(finding.finding_id, &finding);
  return findings;
}

/// What its summary is about.
const Finding* headline_of(const Incident* incident, const std::map<std::string_view, const Finding*>& findings) {
  if (incident == nullptr) return nullptr;
  for (const std::string& id : incident->findings)
    if (const auto found = findings.find(id); found != findings.end() && found->second->kind != FindingKind::storm) return found->second;
  return nullptr;
}

/// Whether another finding of the judgement tells that this template is new.
bool is_told_as_new(const Finding& frequent, const Judgement& judgement) {
  if (frequent.kind != FindingKind::frequent || frequent.template_text.empty()) return false;
  return std::any_of(judgement.findings.begin(), judgement.findings.end(), [&](const Finding& other) {
    return other.kind == FindingKind::new_error && !other.hits_alone && other.notify != Notify::none && other.service == frequent.service &&
           other.template_id == frequent.template_id;
  });
}

/// How old the newest line is: by its own time, else by when it was read.
std::string age_text(Timestamp newest, double read_s) {
  if (newest == kNoTime) return "newest line read " + short_duration(read_s) + " ago";
  const double age = std::chrono::duration<double>(std::chrono::system_clock::now() - newest).count();
  if (age > kDay_s) return "newest line of " + to_rfc3339(newest).substr(0, 10) + " " + clock_text(newest);
  return age < 1 ? "newest line just now" : "newest line " + short_duration(age) + " old";
}

}  // namespace

LiveScreen::LiveScreen(Style style, const EventTexts& texts)
    : style_{std::move(style)}, texts_{texts}, columns_{style_.columns}, size_{terminal_size(STDOUT_FILENO)} {
  lines_.resize({style_.columns, style_.in_place ? size_.rows : 0});
}

/// A summary that fits between what stands before and behind it; the place goes where it would leave too little room.
std::string LiveScreen::fit(const std::string& summary, std::string& place, std::size_t before, std::size_t behind) const {
  const std::size_t room = columns_ - std::min<std::size_t>(columns_ - 10, before + behind + 1);  // the last column stays free
  if (columns_of(summary) + columns_of(place) > room && columns_of(place) + 2 * kSummaryMin > room) place.clear();
  return cut_at_word(summary, room - std::min(room, columns_of(place)));
}

std::string LiveScreen::line_of(const LiveFinding& live) const {
  const Finding& finding = *live.finding;
  if (style_.ndjson) return texts_.of(finding);
  const Paint paint{style_.color};
  const std::string word = pad_to(upper(word_for(finding.kind)), 9);
  const bool grave = finding.severity >= Severity::error;
  const std::string service = pad_to(printable(finding.service), 14);
  std::string summary = printable(finding.summary), place = place_of(&finding);
  std::string before = "  ";
  if (style_.in_place) {
    std::size_t head = columns_of(fmt::format("{}  {}  {}  ", when(finding.start), word, service));
    if (head + kSummaryMin >= columns_) before = kNextRow, head = columns_of(kIndent);
    summary = fit(summary, place, head, 0);
  }
  return fmt::format("{}  {}  {}{}{}{}", when(finding.start), grave ? paint.bold_red(word) : paint.yellow(word), paint.cyan(service),
                     before, summary, paint.dim(place));
}

std::string LiveScreen::line_of(const LiveIncident& live, Timestamp newest, const Finding* headline) const {
  if (style_.ndjson) {
    if (live.incident == nullptr) return {};
    return texts_.of(*live.incident, std::to_string(live.number),
                     live.change == EventChange::resolved ? IncidentState::closed : IncidentState::open);
  }
  const Paint paint{style_.color};
  const bool over = live.change == EventChange::resolved;
  const std::string head = fmt::format("INCIDENT {} {}", live.number, word_of(live.change));
  const std::string severity = live.incident == nullptr ? "" : std::string{name_of(live.incident->severity)};
  Timestamp time = newest;  // grown or let go: seen just now
  if (live.incident != nullptr && live.change == EventChange::opened) time = live.incident->opened_at;
  if (live.incident != nullptr && live.incident->closed_at != kNoTime && over) time = live.incident->closed_at;
  std::string summary = printable(live.summary), place = place_of(headline), before = severity.empty() ? "" : "  ", between = "  ";
  const std::string command = style_.open_with.empty() ? "" : fmt::format("{} {}{}", style_.open_with, live.number, style_.open_in);
  if (style_.in_place) {
    // As many rows in each of its states, so that the next can take its place.
    const std::size_t widest = columns_of(fmt::format("{}  INCIDENT {} opened  critical  ", when(time), live.number));
    std::size_t used = columns_of(fmt::format("{}  {}  {}{}", when(time), head, severity, before));
    std::size_t behind = command.empty() ? 0 : 2 + columns_of(command);
    if (widest + kSummaryMin + behind >= columns_) between = kNextRow, behind = 0;
    if (widest + kSummaryMin >= columns_) before = kNextRow, used = columns_of(kIndent);
    summary = fit(summary, place, used, behind);
  }
  return fmt::format("{}  {}  {}{}{}{}{}", when(time), over ? paint.bold(head) : paint.bold_red(head), severity, before, summary,
                     paint.dim(place), command.empty() ? "" : between + paint.cyan(printable(command)));
}

std::vector<OutgoingEvent> LiveScreen::announce(const std::shared_ptr<const Assessment>& assessment) {
  show(assessment);
  return {};
}

Announced LiveScreen::announced() const {
  Announced all;
  tracker_.add_to(all);
  return all;
}

/// Lines for what has changed. What an incident's line says, no line of a finding says again.
std::vector<LiveScreen::Shown> LiveScreen::news(const Judgement& judgement, const LiveChanges& changes, Timestamp newest) const {
  std::vector<Shown> lines;
  std::set<const Finding*> told;
  const auto findings = by_id(judgement);
  const auto add = [&](const LiveIncident& live) {
    const Finding* headline = headline_of(live.incident, findings);
    if (headline != nullptr) told.insert(headline);
    if (std::string text = line_of(live, newest, headline); !text.empty()) lines.push_back({key_of(live.number), std::move(text)});
  };
  for (const LiveIncident& live : changes.incidents)
    if (live.change != EventChange::resolved) add(live);
  for (const LiveFinding& live : changes.findings) {
    if (!style_.verbose && live.finding->notify == Notify::none) continue;
    if (!style_.ndjson && (told.contains(live.finding) || live.change == EventChange::updated)) continue;
    if (style_.in_place && is_told_as_new(*live.finding, judgement)) continue;  // that line counts on
    lines.push_back({key_of(*live.finding), line_of(live)});
  }
  for (const LiveIncident& live : changes.incidents)
    if (live.change == EventChange::resolved) add(live);
  return lines;
}

void LiveScreen::refresh(const Judgement& judgement, const LiveChanges& changes) {
  if (!style_.in_place || style_.ndjson) return;
  std::string out;
  const std::scoped_lock lock{mutex_};
  for (const Finding& finding : judgement.findings)
    if (const std::string key = key_of(finding); lines_.holds(key)) out += lines_.change(key, line_of({EventChange::updated, &finding}));
  const auto findings = by_id(judgement);
  for (LiveIncident live : changes.present) {
    if (!lines_.holds(key_of(live.number))) continue;
    live.change = live.incident->state == IncidentState::closed ? EventChange::resolved : EventChange::opened;
    out += lines_.change(key_of(live.number), line_of(live, live.incident->opened_at, headline_of(live.incident, findings)));
  }
  if (!out.empty()) write(out);
}

std::string LiveScreen::templates_of(const Judgement& judgement) const {
  std::string out;
  const auto& templates = judgement.templates;
  for (std::size_t i = 0; i < std::min(templates.size(), kTemplatesShown); ++i) {
    const std::string line = style_.ndjson ? texts_.of(templates[i])
                                           : fmt::format("{:>10}  {}  {}", with_commas(templates[i].count),
                                                         pad_to(printable(templates[i].service), 14), printable(templates[i].info->text));
    out += (style_.in_place ? cut_at_word(line, columns_ - 1) : line) + "\n";
  }
  if (!style_.ndjson && templates.size() > kTemplatesShown)
    out += fmt::format("{:>10}  more templates\n", templates.size() - kTemplatesShown);
  return out.empty() ? out : out.substr(0, out.size() - 1);
}

void LiveScreen::show(const std::shared_ptr<const Assessment>& assessment) {
  const Assessment& judged = *assessment;
  newest_ = judged.newest;
  if (judged.known) return tracker_.take_as_known(judged.judgement, judged.newest);
  if (tracker_.was_renewed()) tracker_.take_as_known(tracker_.told_before(judged.judgement), judged.newest);
  const LiveChanges changes = tracker_.compare(judged.judgement, judged.newest);
  if (keep_ && (judged.last || !changes.incidents.empty() || !changes.findings.empty())) keep_(assessment, changes);
  std::vector<Shown> lines = news(judged.judgement, changes, judged.newest);
  findings_ = tracker_.findings_opened();
  incidents_open_ = tracker_.incidents_open();
  if (templates_wanted_.exchange(false))
    if (std::string templates = templates_of(judged.judgement); !templates.empty()) lines.push_back({{}, std::move(templates)});
  print(std::move(lines));
  refresh(judged.judgement, changes);
}

void LiveScreen::print(std::vector<Shown> lines) {
  if (lines.empty()) return;
  std::string out;
  const std::scoped_lock lock{mutex_};
  for (Shown& each : lines) {
    const std::string changed = style_.in_place ? lines_.change(each.key, each.text) : std::string{};
    out += !changed.empty() ? changed : lines_.add(std::move(each.key), std::move(each.text));
  }
  write(out);
}

void LiveScreen::write(const std::string& text) {
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
  const std::string text = "loglode: " + printable(sentence);
  if (isatty(STDERR_FILENO) == 1) static_cast<void>(lines_.add({}, text));
  fmt::print(stderr, "{}\n{}", text, status_);
  std::fflush(stderr);
}

void LiveScreen::follow_size() {
  if (!style_.in_place && !style_.status) return;
  const ScreenSize now = terminal_size(style_.in_place ? STDOUT_FILENO : STDERR_FILENO);
  const std::scoped_lock lock{mutex_};
  if (style_.in_place && isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()) {
    // Whoever presses Enter moves everything up by a row.
    char typed[256];
    pollfd keys{STDIN_FILENO, POLLIN, 0};
    while (::poll(&keys, 1, 0) > 0 && (keys.revents & POLLIN) != 0) {
      const ssize_t read = ::read(STDIN_FILENO, typed, sizeof typed);
      if (read <= 0) break;
      lines_.moved_down(static_cast<std::size_t>(std::count(typed, typed + read, '\n')));
    }
  }
  if (now == size_ || now.rows == 0) return;
  size_ = now;
  columns_ = now.columns;
  lines_.resize({now.columns, style_.in_place ? now.rows : 0});
}

void LiveScreen::draw_status(const Figures& figures) {
  if (!style_.status) return;
  const auto now = std::chrono::steady_clock::now();
  const double seconds = std::chrono::duration<double>(now - drawn_).count();
  const std::uint64_t lines = figures.lines;
  if (seconds > 0.1) rate_ = 0.7 * static_cast<double>(lines - lines_before_) / seconds + 0.3 * rate_;
  if (lines != lines_before_) line_read_ = now;
  lines_before_ = lines;
  drawn_ = now;
  std::vector<std::string> parts;
  if (!figures.trouble.empty()) parts.push_back("NOT SAVED: " + printable(figures.trouble));
  if (!figures.files.empty()) parts.push_back(figures.files);
  if (lines != 0) parts.push_back(age_text(newest_, std::chrono::duration<double>(now - line_read_).count()));
  parts.push_back(with_commas(static_cast<std::uint64_t>(rate_)) + " lines/s");
  parts.push_back(fmt::format("{} open {}", incidents_open_.load(), incidents_open_ == 1 ? "incident" : "incidents"));
  parts.push_back(fmt::format("{} findings", with_commas(findings_)));
  parts.push_back(with_commas(lines) + " lines");
  parts.push_back(fmt::format("{} templates", with_commas(figures.templates)));
  std::string text;
  for (const std::string& part : parts) {  // the last that do not fit are left out
    const std::string more = (text.empty() ? "" : " · ") + part;
    if (!text.empty() && columns_of(text) + columns_of(more) >= columns_) break;
    text += more;
  }
  const std::scoped_lock lock{mutex_};
  status_ = cut_at_word(text, columns_ - 1);
  fmt::print(stderr, "\r\033[K{}", status_);
  std::fflush(stderr);
}

void LiveScreen::clear_status() {
  const std::scoped_lock lock{mutex_};
  if (!std::exchange(status_, {}).empty()) fmt::print(stderr, "\r\033[K");
}

}  // namespace loglode
