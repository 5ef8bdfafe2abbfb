#include "correlate/change_wording.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "correlate/message_tokens.h"

namespace loglode {

namespace {

using Words = std::span<const std::string_view>;
using Word = const std::string_view;

constexpr std::size_t kApartMax = 4;  // words from a verb to what it is about

// What can change: programs, how they are set up, and what brings them out.
constexpr Word kPrograms[] = {"server",    "service",   "services", "application", "app",      "daemon",    "broker", "process",
                              "agent",     "container", "pod",      "instance",    "system",   "scheduler", "proxy",  "gateway",
                              "kernel",    "database",  "worker",   "workers",     "host",     "node",      "linux",  "unit",
                              "processes", "cluster",   "machine",  "replica",     "replicas", "controller"};
constexpr Word kProgramEndings[] = {"application", "service", "server", "daemon"};  // of a name in one word: OrderApplication
constexpr Word kConfiguration[] = {"config", "configs", "configuration", "configurations", "configmap", "conf"};
constexpr Word kSettings[] = {"setting", "settings", "parameter", "parameters", "environment"};
constexpr Word kCertificates[] = {"certificate", "certificates", "cert", "certs", "secret", "secrets", "credential", "credentials"};
constexpr Word kReloadable[] = {"rules", "rule", "policy", "policies", "ruleset", "routes", "plugins", "modules"};
constexpr Word kReplicas[] = {"replica",   "replicas", "replicaset", "statefulset", "deployment", "pod",  "pods", "instance",
                              "instances", "node",     "nodes",      "worker",      "workers",    "task", "tasks"};
constexpr Word kPrimaries[] = {"primary", "master",   "leader", "replica", "standby", "secondary",
                               "server",  "database", "canary", "build",   "release", "node"};
constexpr Word kDeployments[] = {"deployment", "deploy", "rollout", "redeployment", "redeploy"};
constexpr Word kSchemas[] = {"schema", "database", "version", "db"};
constexpr Word kFailovers[] = {"failover", "switchover"};
constexpr Word kPackages[] = {"package", "packages"};
constexpr Word kNodes[] = {"node", "host", "server", "instance"};

// What is done with them.
constexpr Word kBegin[] = {"start", "starts", "starting", "started", "launching", "launched", "booting", "booted", "stopping", "stopped"};
constexpr Word kReload[] = {"reload", "reloads", "reloading", "reloaded"};
constexpr Word kRestart[] = {"restart", "restarts", "restarting", "restarted", "reboot", "rebooting", "rebooted"};
constexpr Word kDeploying[] = {"deploying", "deployed", "redeploying", "redeployed"};
constexpr Word kDone[] = {"finished", "finishes", "complete", "completed", "completes", "succeeded", "started",  "starting",
                          "starts",   "begun",    "begins",   "began",     "initiated", "triggered", "applied",  "applying",
                          "created",  "updated",  "promoted", "running",   "ran",       "done",      "executed", "successful"};
constexpr Word kUpgrading[] = {"upgraded", "upgrading", "downgraded", "downgrading"};
constexpr Word kChanged[] = {"changed",  "changing", "change",    "changes",  "updated", "updating", "applied",
                             "applying", "reloaded", "reloading", "switched", "pushed",  "replaced"};
constexpr Word kLoaded[] = {"loaded", "loading", "new"};
constexpr Word kRotated[] = {"rotated", "rotating", "renewed", "replaced", "installed"};
constexpr Word kScaling[] = {"scaled", "scaling", "rescaled", "autoscaled"};
constexpr Word kMigrating[] = {"migrating", "migrated"};
constexpr Word kMigrations[] = {"migration", "migrations"};
constexpr Word kPromoted[] = {"promoted", "promoting"};
constexpr Word kInstalled[] = {"installed", "upgraded", "removed", "updated"};
constexpr Word kDraining[] = {"draining", "drained", "cordoned", "uncordoned"};
constexpr Word kRolling[] = {"rollback", "rolled", "rolling", "reverted", "reverting"};
constexpr Word kReleases[] = {"deploy", "deployment", "release", "version", "revision", "build"};
constexpr Word kShifted[] = {"switched", "switching", "shifted", "shifting"};
constexpr Word kServing[] = {"running", "serving", "switched", "switching", "changed", "live", "active"};

// What programs do all day with the same verbs.
constexpr Word kWork[] = {
    "connection", "connections", "session",     "sessions",  "thread",    "threads",   "socket",     "pool",     "job",       "jobs",
    "task",       "tasks",       "transaction", "query",     "request",   "requests",  "checkpoint", "scan",     "sync",      "backup",
    "import",     "export",      "batch",       "timer",     "poll",      "polling",   "download",   "upload",   "transfer",  "stream",
    "cursor",     "lock",        "channel",     "heartbeat", "test",      "step",      "stage",      "span",     "cycle",     "vacuum",
    "compaction", "flush",       "snapshot",    "election",  "discovery", "handshake", "repair",     "election", "rebalance", "consumer",
    "client",     "executor",    "statement",   "command",   "animation", "page",      "counter",    "count",    "policy",    "interval",
    "limit",      "lsn",         "check",       "time",      "offset",    "date",      "position",   "point",    "transport", "link",
    "cache",      "table",       "view",        "cart",      "list",      "image",     "browser",    "tab",      "item",      "game",
    "video",      "driver",      "firmware",    "health",    "listener"};
constexpr Word kPeople[] = {"user", "users", "account", "profile", "customer", "tenant", "member", "player", "notification", "cookie"};
constexpr Word kUpgradedDaily[] = {"connection", "socket",  "websocket", "http",    "h2c",      "tls",          "ssl",
                                   "lock",       "account", "plan",      "user",    "customer", "subscription", "ticket",
                                   "seat",       "order",   "tier",      "request", "session",  "membership"};
constexpr Word kMovedDaily[] = {"session", "task", "thread", "connection", "cpu", "process", "keys", "page", "pages"};
constexpr Word kNotAPort[] = {"topic", "queue", "channel", "event", "events", "subscription", "messages"};
constexpr Word kPort[] = {"*", "port", "address", "tcp", "udp", "http", "https", "socket", "ipv4", "ipv6", "host", "interface", "unix"};
constexpr Word kTakes[] = {"connection", "connections", "requests", "traffic", "clients", "queries", "service", "start"};

// What turns a sentence into one about what did not happen.
constexpr Word kNotDone[] = {"waiting",  "wait",      "waits",       "cannot",    "may",       "might",    "unless",   "whether",
                             "before",   "since",     "last",        "previous",  "require",   "requires", "required", "need",
                             "needs",    "needed",    "recommended", "pending",   "not",       "never",    "without",  "no",
                             "unable",   "failure",   "denied",      "refused",   "rejected",  "skipped",  "skipping", "ignored",
                             "ignoring", "unchanged", "postponed",   "cancelled", "canceled",  "aborted",  "retry",    "retrying",
                             "could",    "can",       "missing",     "refusing",  "forbidden", "allowed",  "error"};
constexpr Word kAdvice[] = {"if", "please", "when", "should", "must", "shall", "try", "trying", "would", "will"};  // holds for the sentence
constexpr Word kBetween[] = {"to", "from", "of", "for", "with", "by", "on", "in", "at", "during", "via"};
constexpr Word kAsNoun[] = {"after", "since", "before", "on", "for", "until", "during", "of", "each", "every", "at"};
constexpr Word kArticles[] = {"the", "your", "this", "it", "a", "all"};
constexpr Word kCompanions[] = {"*",
                                "requested",
                                "by",
                                "operator",
                                "administrator",
                                "admin",
                                "signal",
                                "received",
                                "complete",
                                "completed",
                                "done",
                                "finished",
                                "now",
                                "is",
                                "was",
                                "the",
                                "a",
                                "ok",
                                "hot",
                                "initiated",
                                "triggered",
                                "request",
                                "in",
                                "s",
                                "ms",
                                "seconds",
                                "scheduled",
                                "manual",
                                "cold",
                                "warm",
                                "successfully",
                                "gracefully",
                                "graceful",
                                "successful",
                                "started",
                                "user",
                                "after",
                                "due",
                                "to",
                                "has",
                                "been",
                                "being",
                                "and",
                                "rolling",
                                "we",
                                "are",
                                "on"};
constexpr Word kStems[] = {"start",  "stop",   "launch",   "boot",    "reboot",  "restart", "reload", "deploy",   "redeploy",
                           "roll",   "upgrad", "downgrad", "chang",   "updat",   "appl",    "new",    "switch",   "load",
                           "push",   "rotat",  "renew",    "replac",  "install", "scal",    "rescal", "autoscal", "migrat",
                           "promot", "fail",   "feature",  "mainten", "sig",     "listen",  "ready",  "shut",     "graceful",
                           "drain",  "cordon", "uncordon", "revert",  "version", "release", "shift",  "linux",    "remov"};

bool is_one_of(std::string_view word, Words words) { return std::find(words.begin(), words.end(), word) != words.end(); }

std::string lower(std::string_view text) {
  std::string out{text};
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

/// What one clause of a message says, in words of lower case, a variable as `*`.
class Clause {
 public:
  Clause(std::vector<std::string> words, const std::vector<std::string>& own_name) : words_{std::move(words)}, own_name_{own_name} {}

  [[nodiscard]] bool any(Words words) const {
    return std::any_of(words_.begin(), words_.end(), [&](const std::string& word) { return is_one_of(word, words); });
  }
  [[nodiscard]] bool has_stem() const {
    return std::any_of(words_.begin(), words_.end(), [](const std::string& word) {
      return std::any_of(std::begin(kStems), std::end(kStems), [&](std::string_view stem) { return word.starts_with(stem); });
    });
  }
  /// Words, one directly after the other.
  [[nodiscard]] bool in_a_row(std::string_view first, std::string_view second) const {
    for (std::size_t i = 0; i + 1 < words_.size(); ++i)
      if (words_[i] == first && words_[i + 1] == second) return true;
    return false;
  }
  [[nodiscard]] bool is_not_done() const {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (is_one_of(words_[i], kNotDone) || words_[i].ends_with("n't")) return true;
      const bool over = i + 1 < words_.size() && words_[i + 1] == "over";
      if (words_[i].starts_with("fail") && words_[i] != "failover" && !over) return true;
    }
    return false;
  }
  [[nodiscard]] bool names_a_version() const {
    return in_a_row("v", "*") || in_a_row("version", "*") || in_a_row("release", "*") || in_a_row("revision", "*");
  }
  /// Daily work, where it is not part of a program's name ("job scheduler", our own).
  [[nodiscard]] bool about_work() const {
    const bool itself = names_itself();
    for (std::size_t i = 0; i < words_.size(); ++i)
      if (is_one_of(words_[i], kWork) && !is_program(i + 1) && !is_program(i + 2) && !(itself && is_one_own(words_[i]))) return true;
    return false;
  }
  /// One of `verbs` that is about one of `objects`: near it, and not by way of "to", "of" and the like after the verb.
  [[nodiscard]] bool acts(Words verbs, Words objects) const {
    return acts_on(verbs, [&](std::size_t at) { return is_one_of(words_[at], objects); });
  }
  [[nodiscard]] bool acts_on_program(Words verbs) const {
    return acts_on(verbs, [&](std::size_t at) { return is_program(at); }) ||
           (!any_for() && names_itself() && acts_on(verbs, [&](std::size_t at) { return is_one_own(words_[at]); }));
  }
  /// One of `verbs` and hardly anything else.
  [[nodiscard]] bool says_only(Words verbs) const {
    bool found = false;
    for (const std::string& word : words_) {
      if (is_one_of(word, verbs))
        found = true;
      else if (!is_one_of(word, kCompanions) && !is_one_own(word))
        return false;
    }
    return found;
  }

 private:
  [[nodiscard]] bool is_program(std::size_t at) const {
    if (at >= words_.size()) return false;
    const std::string& word = words_[at];
    return is_one_of(word, kPrograms) ||
           std::any_of(std::begin(kProgramEndings), std::end(kProgramEndings), [&](std::string_view end) { return word.ends_with(end); });
  }
  [[nodiscard]] bool is_one_own(const std::string& word) const {
    return std::find(own_name_.begin(), own_name_.end(), word) != own_name_.end();
  }
  /// With its whole name: a word of it ("verification-code") is also what the program works with.
  [[nodiscard]] bool names_itself() const {
    return !own_name_.empty() && std::all_of(own_name_.begin(), own_name_.end(), [&](const std::string& part) {
      return std::find(words_.begin(), words_.end(), part) != words_.end();
    });
  }
  [[nodiscard]] bool any_for() const {
    static constexpr Word kFor[] = {"for", "by", "of"};
    return any(kFor);
  }
  /// Whether the verb at `at` is used as a noun ("after a restart") or as advice ("restart the server").
  [[nodiscard]] bool is_no_act(std::size_t at) const {
    std::size_t before = at;
    while (before > 0 && (is_one_of(words_[before - 1], kArticles) || words_[before - 1] == "next")) --before;
    if (before > 0 && is_one_of(words_[before - 1], kAsNoun)) return true;
    return !words_[at].ends_with("ing") && !words_[at].ends_with("ed") && at + 1 < words_.size() && is_one_of(words_[at + 1], kArticles);
  }
  template <class IsObject>
  [[nodiscard]] bool acts_on(Words verbs, IsObject is_object) const {
    for (std::size_t verb = 0; verb < words_.size(); ++verb) {
      if (!is_one_of(words_[verb], verbs) || is_no_act(verb)) continue;
      for (std::size_t at = verb - std::min(verb, kApartMax); at < verb; ++at)
        if (is_object(at)) return true;
      for (std::size_t at = verb + 1; at < words_.size() && at <= verb + kApartMax && !is_one_of(words_[at], kBetween); ++at)
        if (is_object(at)) return true;
    }
    return false;
  }

  std::vector<std::string> words_;
  const std::vector<std::string>& own_name_;
};

/// A program begins or ends: the banner of a start, a signal, a goodbye.
bool tells_a_start_or_end(const Clause& says) {
  static constexpr Word kSignals[] = {"sigterm", "sigint", "sighup", "sigquit", "sigkill", "sigusr1", "sigusr2"};
  static constexpr Word kHandlers[] = {"handler",     "handlers", "installed", "register", "registered",
                                       "registering", "ignore",   "blocked",   "mask",     "trap"};
  if (says.any(kSignals)) return !says.any(kHandlers);
  if (says.in_a_row("startup", "complete") || says.in_a_row("startup", "completed") || says.in_a_row("startup", "succeeded")) return true;
  if (says.in_a_row("linux", "version") || says.in_a_row("booting", "linux")) return true;
  if (says.in_a_row("listening", "on") || says.in_a_row("listening", "at")) return says.any(kPort) && !says.any(kNotAPort);
  if (says.in_a_row("ready", "to") || says.in_a_row("ready", "for"))
    return says.in_a_row("to", "accept") || says.in_a_row("to", "serve") || (says.any(kTakes) && !says.in_a_row("for", "query"));
  if (says.about_work()) return false;
  if (says.in_a_row("shutting", "down") || says.in_a_row("shut", "down") || says.in_a_row("graceful", "shutdown") ||
      says.in_a_row("shutdown", "complete") || says.in_a_row("shutdown", "requested") || says.in_a_row("shutdown", "initiated"))
    return true;
  if (says.acts_on_program(kBegin)) return true;
  return says.any(kBegin) && says.names_a_version();
}

/// The same program with other settings, or restarted.
bool tells_a_reconfiguration(const Clause& says) {
  if (says.acts(kReload, kConfiguration) || says.acts(kReload, kSettings) || says.acts(kReload, kCertificates) ||
      says.acts(kReload, kReloadable) || says.acts(kRotated, kCertificates) || says.acts(kChanged, kConfiguration))
    return true;
  if (says.acts(kLoaded, kConfiguration) && !says.any(kPeople)) return true;
  if (says.acts(kChanged, kSettings) && !says.any(kPeople)) return true;
  if (says.about_work()) return false;
  return says.says_only(kReload) || says.acts_on_program(kReload) || says.says_only(kRestart) || says.acts_on_program(kRestart);
}

/// What is brought out, or brought back.
bool tells_a_release(const Clause& says) {
  if (says.acts(kDone, kDeployments) || says.any(kDeploying)) return true;
  if (says.in_a_row("rolled", "out") || says.in_a_row("rolling", "out")) return true;
  if (says.acts(kRolling, kReleases) || (says.any(kRolling) && (says.in_a_row("to", "release") || says.in_a_row("to", "version") ||
                                                                says.in_a_row("to", "revision") || says.in_a_row("to", "build"))))
    return true;
  static constexpr Word kTraffic[] = {"traffic"};
  if (says.acts(kShifted, kTraffic) || says.acts(kInstalled, kPackages)) return true;
  if (says.any(kUpgradedDaily)) return false;
  if (says.any(kUpgrading) || says.in_a_row("upgrade", "to") || says.in_a_row("upgrade", "from") || says.in_a_row("upgrade", "complete") ||
      says.in_a_row("upgrade", "finished") || says.in_a_row("upgrade", "started"))
    return true;
  static constexpr Word kVersions[] = {"version", "release", "build", "revision"};
  static constexpr Word kOfSomethingElse[] = {"protocol", "driver", "firmware", "document", "schema",
                                              "row",      "object", "file",     "api",      "format"};
  return says.names_a_version() && says.acts(kServing, kVersions) && !says.any(kOfSomethingElse) && !says.about_work();
}

/// Where it runs, how often, and what of it is switched on.
bool tells_a_move(const Clause& says) {
  static constexpr Word kMode[] = {"entering", "entered",  "enter", "leaving", "left",    "exiting",  "exited",
                                   "enabled",  "disabled", "on",    "off",     "started", "starting", "begins",
                                   "began",    "begun",    "ended", "ends",    "over",    "active"};
  if (says.in_a_row("maintenance", "mode") || says.in_a_row("maintenance", "window")) return says.any(kMode);
  static constexpr Word kFlag[] = {"on",      "off",      "enabled", "disabled",  "toggled",
                                   "changed", "switched", "updated", "activated", "deactivated"};
  if (says.in_a_row("feature", "flag") || says.in_a_row("feature", "toggle")) return says.any(kFlag);
  if ((says.any(kScaling) && says.any(kReplicas)) || says.acts(kDraining, kNodes)) return true;
  if (says.in_a_row("failing", "over") || says.in_a_row("failed", "over") || says.acts(kDone, kFailovers) ||
      says.in_a_row("failover", "to"))
    return true;
  if (says.acts(kPromoted, kPrimaries) ||
      (says.any(kPromoted) && (says.in_a_row("to", "primary") || says.in_a_row("to", "master") || says.in_a_row("to", "leader"))))
    return true;
  if (says.any(kMovedDaily)) return false;
  return says.acts(kDone, kMigrations) || says.acts(kMigrating, kSchemas);
}

/// The message's clauses. What is advised in one ("if it persists, …") is advised to the end of its sentence.
std::vector<Clause> clauses_of(std::string_view text, const std::vector<std::string>& own_name) {
  std::vector<Clause> clauses;
  std::vector<std::string> words;
  bool advised = false;
  const auto finish = [&](bool sentence_ends) {
    advised = advised || std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_one_of(word, kAdvice); });
    if (!words.empty() && !advised) clauses.emplace_back(words, own_name);
    words.clear();
    if (sentence_ends) advised = false;
  };
  const std::vector<MessageToken> tokens = tokens_of(text);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const MessageToken& token = tokens[i];
    const bool last = i + 1 == tokens.size() || !tokens[i + 1].glued;
    if (token.kind == TokenKind::slot) {
      words.emplace_back("*");
    } else if (token.kind == TokenKind::mark) {
      if (token.text == "," || token.text == "(" || token.text == ")" || token.text == "[" || token.text == "]") finish(false);
      if (token.text == ";" || ((token.text == "." || token.text == "!" || token.text == "?") && last)) finish(true);
    } else if (token.kind == TokenKind::word) {
      const std::string all = lower(token.text);
      for (std::size_t from = 0; from <= all.size();) {
        const std::size_t end = std::min(all.find('_', from), all.size());
        if (end > from) words.push_back(all.substr(from, end - from));
        from = end + 1;
      }
    }
  }
  finish(true);
  return clauses;
}

}  // namespace

ToldChange change_told_by(std::string_view text, std::string_view service) {
  std::vector<std::string> own_name;
  for (const MessageToken& token : tokens_of(service))
    if (token.kind == TokenKind::word && token.text.size() > 2) own_name.push_back(lower(token.text));
  ToldChange told;
  for (const Clause& says : clauses_of(text, own_name)) {
    if (!says.has_stem() || says.is_not_done()) continue;
    if (!tells_a_start_or_end(says) && !tells_a_reconfiguration(says) && !tells_a_release(says) && !tells_a_move(says)) continue;
    told.is_change = true;
    told.with_version = told.with_version || says.names_a_version();
  }
  return told;
}

}  // namespace loglode
