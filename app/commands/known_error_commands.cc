#include "app/commands/known_error_commands.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <utility>

#include "app/reading/builtin_rules.h"
#include "app/reading/option_words.h"
#include "app/reading/options.h"
#include "base/exit_status.h"
#include "base/near_word.h"
#include "base/terminal_text.h"
#include "core/limits.h"
#include "patterns/rules/rule_set.h"
#include "rca/known_errors/builtin_known_errors.h"
#include "rca/known_errors/pack_reader.h"
#include "sinks/json_objects.h"

namespace loglode {

namespace {

constexpr std::size_t kFileBytesMax = 4 * kMiB;

Result<std::shared_ptr<const rca::KnownErrors>> load(const KnownErrorArguments& arguments) {
  rca::LoadedKnownErrors loaded = rca::load_known_errors(rca::builtin_known_errors(), arguments.packs, {}, nullptr);
  if (loaded.problems.empty()) return std::move(loaded.known);
  std::string message = "the packs of known errors cannot be used:";
  for (const config::ConfigProblem& problem : loaded.problems) message += "\n  " + config::to_string(problem);
  return fail(std::make_error_code(std::errc::invalid_argument), std::move(message));
}

Json json_of(const rca::KnownError& error) {
  Json out;
  out["schema"] = "loglode.known_error/1";
  out["id"] = error.id;
  out["title"] = error.title;
  out["product"] = error.product;
  out["match"]["rules"] = error.match.rules;
  out["match"]["patterns"] = error.match.patterns;
  out["match"]["services"] = error.match.services;
  out["meaning"] = error.meaning;
  out["check"] = error.checks;
  out["action"] = error.action;
  out["kind"] = std::string{rca::name_of(error.action_kind)};
  out["risk"] = std::string{rca::name_of(error.risk)};
  out["risk_why"] = error.risk_why;
  out["verify"] = error.verify;
  out["references"] = error.references;
  out["examples"] = error.examples;
  return out;
}

std::string text_of(const rca::KnownError& error, std::size_t columns) {
  const auto part = [columns](std::string_view head, std::string_view text) {
    return wrapped(fmt::format("  {:<9} ", head), printable(text), columns);
  };
  std::string out = printable(fmt::format("{}  {}  ({})", error.id, error.title, error.product)) + "\n" + part("meaning", error.meaning);
  for (std::size_t i = 0; i < error.checks.size(); ++i)
    out += fmt::format("  {:<9} {}\n", i == 0 ? "check" : "", printable(rca::fill_command(error.checks[i], {})));
  out += part(rca::name_of(error.action_kind), error.action);
  out += part("risk", fmt::format("{}: {}", rca::name_of(error.risk), error.risk_why));
  out += part("verify", error.verify);
  for (const std::string& reference : error.references) out += part("read", reference);
  return out;
}

int list_known_errors(const KnownErrorArguments& arguments) {
  const auto known = load(arguments);
  if (!known) return report_error(known.error());
  std::string out;
  std::set<std::string> products;
  for (const rca::KnownError& error : (*known)->all()) {
    products.insert(error.product);
    if (!arguments.product.empty() && error.product != arguments.product) continue;
    out += arguments.ndjson
               ? to_line(json_of(error)) + "\n"
               : fmt::format("{} {} {}\n", pad_to(printable(error.id), 28), pad_to(printable(error.product), 14), printable(error.title));
  }
  if (!out.empty()) return print_and_leave(out);
  const std::vector<std::string_view> names{products.begin(), products.end()};
  std::string all;
  for (const std::string_view name : names) all += (all.empty() ? "" : ", ") + std::string{name};
  return report_usage(fmt::format("no known errors of product {}{}; there are those of {}", in_quotes(arguments.product),
                                  hint(arguments.product, names), printable(all)));
}

int show_known_error(const KnownErrorArguments& arguments) {
  const auto known = load(arguments);
  if (!known) return report_error(known.error());
  const rca::KnownError* error = (*known)->find(arguments.id);
  if (error == nullptr) {
    std::vector<std::string_view> ids;
    for (const rca::KnownError& each : (*known)->all()) ids.push_back(each.id);
    return report_usage(
        fmt::format("no known error {}{}; `loglode known-errors list` shows all", in_quotes(arguments.id), hint(arguments.id, ids)));
  }
  return print_and_leave(arguments.ndjson ? to_line(json_of(*error)) + "\n" : text_of(*error, screen_columns()));
}

int test_known_errors(const KnownErrorArguments& arguments) {
  const auto known = load(arguments);
  if (!known) return report_error(known.error());
  std::string line = arguments.line;
  if (line == "-") std::getline(std::cin, line);
  if (line.empty()) return report_usage("known-errors test needs a log line, or - and one on standard input");
  auto rules = load_rules_for({});
  if (!rules) return report_error(rules.error());
  std::vector<std::string> ids;
  const auto matches = match_rules(*rules->rules, line, arguments.service, Severity::unspecified);
  if (!matches) return report_error(matches.error());
  for (const RuleMatch& match : *matches) ids.push_back((*rules->catalog)[static_cast<std::size_t>(match.rule)].id);
  const auto hits = (*known)->match(ids, line, arguments.service);
  std::string out;
  for (const rca::KnownErrorHit& hit : hits) {
    if (arguments.ndjson) {
      Json object = json_of(*hit.error);
      object["why"] = hit.why;
      out += to_line(object) + "\n";
    } else {
      out += (out.empty() ? "" : "\n") + text_of(*hit.error, screen_columns()) + fmt::format("  {:<9} {}\n", "why", printable(hit.why));
    }
  }
  if (!hits.empty() || arguments.ndjson) return print_and_leave(out);
  out = "No known error fits this line.\n";
  if (!ids.empty()) {
    out += "Rules that hit:";
    for (const std::string& id : ids) out += " " + id;
    out += "\n";
  }
  out +=
      "Try: loglode explain LINE    what is read of it, and which rules hit\n"
      "     an entry of your own, with --pack FILE (docs/known-errors.md)\n";
  return print_and_leave(out);
}

}  // namespace

bool is_known_error_file(const std::string& path) {
  std::error_code none;
  if (std::filesystem::is_directory(path, none)) return false;
  std::ifstream file{path, std::ios::binary};
  std::string text(kFileBytesMax, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return rca::is_known_error_pack(text);
}

bool check_known_error_pack(const std::string& path, std::string& out) {
  const auto rules = load_rules_for({});
  std::set<std::string> ids;
  if (rules)
    for (const RuleInfo& rule : *rules->catalog) ids.insert(rule.id);
  const rca::LoadedKnownErrors loaded = rca::load_known_errors({}, {path}, {}, rules ? &ids : nullptr);
  for (const config::ConfigProblem& problem : loaded.problems) out += printable(config::to_string(problem)) + "\n";
  if (loaded.problems.empty())
    out += printable(fmt::format("{}: {} known errors, no problems, all examples behave", path, loaded.known->all().size())) + "\n";
  return loaded.problems.empty();
}

void add_known_error_commands(CLI::App& app, KnownErrorArguments& arguments, int& status) {
  CLI::App* all = app.add_subcommand("known-errors", "Known errors of widely used programs: meaning, checks, the safe action");
  all->add_flag("--ndjson", arguments.ndjson, "as NDJSON");
  all->add_option("--product", arguments.product, "of this product alone: nginx, postgres, …")->type_name("NAME");
  all->add_option("--pack", arguments.packs, "(repeatable) a pack of your own, a file or a folder, besides ours")
      ->type_name("FILE")
      ->allow_extra_args(false);
  all->fallthrough();
  all->require_subcommand(0, 1);
  all->footer(
      "Commands that are shown only look; <host> and the like are yours to fill in. docs/known-errors.md says how to write a pack.\n"
      "Examples:\n  loglode known-errors list --product postgres\n"
      "  loglode known-errors show pg-too-many-clients\n"
      "  loglode known-errors test 'FATAL:  sorry, too many clients already'\n"
      "  tail -1 app.log | loglode known-errors test -\n"
      "  loglode check ./known-errors/shop.yaml              every problem of a pack of your own");
  all->add_subcommand("list", "List them (the default)");
  CLI::App* show = all->add_subcommand("show", "Show one: what it means, how to confirm it, what to do");
  show->add_option("id", arguments.id, "its id")->required();
  show->footer("Example:\n  loglode known-errors show nginx-upstream-refused");
  show->callback([&arguments, &status] { status = show_known_error(arguments); });
  CLI::App* test = all->add_subcommand("test", "Which fit a log line, best first, and why");
  test->add_option("line", arguments.line, "the line; - reads one from standard input")->required()->type_name("LINE");
  test->add_option("--service", arguments.service, "who wrote it: entries of its product come first among equals")->type_name("NAME");
  test->footer("Example:\n  loglode known-errors test 'connect() failed (111: Connection refused) while connecting to upstream'");
  test->callback([&arguments, &status] { status = test_known_errors(arguments); });
  all->callback([all, &arguments, &status] {
    if (all->got_subcommand("show") || all->got_subcommand("test")) return;
    status = list_known_errors(arguments);
  });
}

}  // namespace loglode
