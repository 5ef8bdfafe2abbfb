#include "app/commands/template_commands.h"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <utility>

#include "app/reading/state_renewal.h"
#include "app/reading/state_templates.h"
#include "base/exit_status.h"
#include "base/terminal_text.h"
#include "sinks/json_objects.h"
#include "sinks/last_run.h"
#include "sinks/last_run_text.h"

namespace loglode {

namespace {

constexpr std::size_t kSeedBytesMax = 4096;  // what is read of a message
constexpr std::size_t kSeedLinesMax = 10'000;

Timestamp now() { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }

int print_or_fail(const std::string& text) {
  auto printed = print_text(text);
  return printed ? static_cast<int>(kDone) : report_error(printed.error());
}

/// The rows of --templates, from the state folder or of the last run.
Result<std::vector<Json>> rows_of(const TemplateSource& source) {
  if (source.state.empty())
    return state_folder().and_then([](const std::string& folder) { return LastRun::open(folder); }).map([](const LastRun& run) {
      return run.templates();
    });
  auto known = read_state_templates(source.state);
  if (!known) return tl::unexpected<Error>(known.error());
  std::vector<Json> rows;
  for (const TemplateCount& row : known->rows) {
    Json& out = rows.emplace_back(to_json(row));
    const TemplateNote* note = known->note_of(*row.info);
    if (note == nullptr) continue;
    if (!note->name.empty()) out["name"] = note->name;
    if (note->pinned) out["pinned"] = true;
    if (note->ignored) out["ignored"] = true;
  }
  return rows;
}

/// Looks the template up, lets `change` alter what is noted of it, writes that, and says it.
int note(const std::string& state, const std::string& id, const std::function<std::string(TemplateNote&, const StateTemplates&)>& change) {
  TemplateNote changed;
  std::string said;
  {
    auto known = read_state_templates(state);
    if (!known) return report_error(known.error());
    auto found = known->find(id);
    if (!found) return report_error(found.error());
    const TemplateNote* before = known->note_of(**found);
    if (before != nullptr) changed = *before;
    if (before == nullptr) {
      changed.id = (*found)->id;
      changed.text = (*found)->text;
    }
    said = change(changed, *known);
    if (said.empty()) return kWrongUsage;
  }
  auto store = open_state_store(state, StateAccess::read_write);
  if (!store) return report_error(store.error());
  if (auto written = store->write_note(changed, now()); !written) return report_error(written.error());
  return print_or_fail(fmt::format("{}  {}: {}\n", to_hex(changed.id), printable(changed.text), said));
}

}  // namespace

int list_templates(const TemplateSource& source) {
  auto rows = rows_of(source);
  if (!rows) return report_error(rows.error());
  std::string out;
  for (const Json& row : *rows) {
    if (source.ndjson)
      out += to_line(row) + "\n";
    else
      out += template_line(row);
  }
  if (out.empty() && !source.ndjson)
    out = source.state.empty() ? "No templates in the last run.\n" : "No templates in this state yet: loglode learn LOGS --state DIR\n";
  return print_or_fail(out);
}

int show_template(const TemplateSource& source, const std::string& id) {
  auto rows = rows_of(source);
  if (!rows) return report_error(rows.error());
  std::string out;
  for (const Json& row : *rows) {
    bool asked = printable_at(row, "template_id").compare(0, id.size(), id) == 0;
    for (const Json& alias : row["aliases"]) asked = asked || alias.get<std::string>() == id;
    if (asked) out += source.ndjson ? to_line(row) + "\n" : template_text(row);
  }
  if (out.empty()) return report_usage(fmt::format("no template {}; `loglode templates list` shows all", id));
  return print_or_fail(out);
}

int pin_template(const std::string& state, const std::string& id, bool undo) {
  return note(state, id, [undo](TemplateNote& one, const StateTemplates&) {
    one.pinned = !undo;
    return std::string{undo ? "not pinned any more" : "pinned: it keeps this text and id"};
  });
}

int name_template(const std::string& state, const std::string& id, const std::string& name) {
  return note(state, id, [&name](TemplateNote& one, const StateTemplates&) {
    one.name = name;
    return name.empty() ? std::string{"has no name any more"} : "is called " + printable(name);
  });
}

int ignore_template(const std::string& state, const std::string& id, bool undo) {
  return note(state, id, [undo](TemplateNote& one, const StateTemplates&) {
    one.ignored = !undo;
    return std::string{undo ? "findings are told again" : "known: no finding will be about it"};
  });
}

int alias_template(const std::string& state, const std::string& id, const std::string& target) {
  return note(state, id, [&](TemplateNote& one, const StateTemplates& known) -> std::string {
    auto found = known.find(target);
    if (!found) return report_error(found.error()), std::string{};
    if ((*found)->id == one.id || known.catalog->find(one.id) == *found)
      return report_usage("a template cannot be an alias of itself"), std::string{};
    one.alias_of = (*found)->id;
    return "is now " + to_hex((*found)->id) + " " + printable((*found)->text);
  });
}

int seed_templates(const std::string& state, const std::string& file) {
  std::ifstream opened;
  if (file != "-") opened.open(file);
  std::istream& in = file == "-" ? std::cin : opened;
  if (!in) return report_error({std::make_error_code(std::errc::no_such_file_or_directory), file + ": cannot be read"});
  std::vector<TemplateNote> notes;
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    if (line.size() > kSeedBytesMax) return report_usage(fmt::format("{}:{}: a template of over {} bytes", file, number, kSeedBytesMax));
    if (line.find_first_not_of(" <*>") == std::string::npos)
      return report_usage(fmt::format("{}:{}: \"{}\" would take every message: write what is constant in it", file, number, line));
    if (number > kSeedLinesMax) return report_usage(fmt::format("{}: over {} lines", file, kSeedLinesMax));
    for (const SeverityClass severity : {SeverityClass::quiet, SeverityClass::warning, SeverityClass::error}) {
      TemplateNote& seeded = notes.emplace_back();
      seeded.id = seeded_id(line, severity);
      seeded.text = line;
      seeded.pinned = true;
    }
  }
  auto store = open_state_store(state, StateAccess::read_write);
  if (!store) return report_error(store.error());
  for (const TemplateNote& one : notes)
    if (auto written = store->write_note(one); !written) return report_error(written.error());
  return print_or_fail(fmt::format("{} templates seeded from {}: messages that fit one of them belong to it from now on\n",
                                   notes.size() / 3, printable(file)));
}

}  // namespace loglode
