#include "rca/known_errors/read_only_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <vector>

#include "base/near_word.h"
#include "rca/known_errors/read_only_query.h"
#include "rca/known_errors/shell_words.h"

namespace loglode::rca {
namespace {

enum class Operands : unsigned char { any, none };

/// Lists are words with blanks between. A verb of two words has a `+`. Options of one letter may stand together (`-tn`).
struct Program {
  std::string_view names;
  std::string_view verbs;    // empty: it needs none
  std::string_view only;     // the options that it may have; empty: all but `refused`
  std::string_view values;   // options that take the next word; with verbs, the only ones that may stand before it, besides `flags`
  std::string_view flags;    // options without a value that may stand before the verb
  std::string_view refused;  // long ones also when they are shortened
  std::string_view needs;    // one of these options has to be there
  Operands operands = Operands::any;  // besides the verb
};

constexpr Program kPrograms[] = {
    {"cat head tail ls stat grep zgrep wc cut tr jq column df du free ps uptime who last lastb id getent dig host nslookup traceroute mtr "
     "vmstat iostat mpstat pidstat lsblk findmnt lsof namei readlink lscpu lspci lsmod modinfo numastat pgrep getfacl nproc uname echo "
     "true "
     "pstree netstat mailq getenforce sestatus ausearch aureport klist lvs vgs pvs xfs_info pg_isready pg_lsclusters pg_controldata jps "
     "jstat "
     "jstack ipcs varnishstat getcap",
     "", "", "", "", "", ""},
    {"sort", "", "", "", "", "-o --output -T --temporary-directory --compress-program", ""},
    {"uniq", "", "", "", "", "", "", Operands::none},
    {"ss", "", "", "", "", "-K --kill -D --diag", ""},
    {"ping", "", "", "", "", "-f", "-c"},
    {"dmesg", "", "", "", "", "-c -C -D -E -n --clear --read-clear --console-off --console-on --console-level", ""},
    {"find", "", "", "", "", "-delete -exec -execdir -ok -okdir -fprint -fprint0 -fprintf -fls", ""},
    {"date", "", "-u -R --utc", "", "", "", "", Operands::none},
    {"hostname", "", "-f -I", "", "", "", "", Operands::none},
    {"top", "", "-b -n -o -p -H -w", "-n -o -p -w", "", "", "-b"},
    {"sar", "", "-A -B -b -d -n -q -r -u -S -W", "-n", "", "", ""},
    {"nc", "", "-z -v -w -u -n", "-w", "", "", "-z"},
    {"sysctl", "", "-n -a", "", "", "", ""},
    {"prlimit", "", "--pid --nofile --nproc --memlock --core", "--pid", "", "", "--pid", Operands::none},
    {"systemctl",
     "status show list-units list-timers list-sockets list-jobs list-dependencies cat is-active is-failed is-enabled get-default", "", "",
     "--no-pager --user", "", ""},
    {"journalctl", "", "", "", "",
     "--vacuum-size --vacuum-time --vacuum-files --rotate --flush --sync --relinquish-var --smart-relinquish-var --setup-keys "
     "--update-catalog --cursor-file",
     ""},
    {"systemd-analyze", "verify blame critical-chain time cat-config", "", "", "--no-pager", "", ""},
    {"systemd-cgtop", "", "-b -n -1 -m", "-n", "", "", ""},
    {"coredumpctl", "list info", "", "", "--no-pager", "-o --output", ""},
    {"loginctl", "list-sessions show-user user-status", "", "", "--no-pager", "", ""},
    {"timedatectl", "status show timesync-status show-timesync", "", "", "--no-pager", "", ""},
    {"resolvectl", "status query statistics dns", "", "", "--no-pager", "", ""},
    {"chronyc", "tracking sources sourcestats activity", "", "", "-n", "", ""},
    {"ntpq", "", "-p -n", "", "", "", ""},
    {"ip", "addr+show link+show route+show route+get neigh+show rule+show", "", "", "-s -br -d -4 -6 -o -j", "-b -batch", ""},
    {"ethtool", "", "-S -i -k -g -a -c -l -m", "", "", "", ""},
    {"iptables ip6tables", "", "-L -n -v -S -x -t --line-numbers", "-t", "", "", ""},
    {"nft", "list+ruleset list+tables list+table list+chain", "", "", "", "-f --file", ""},
    {"conntrack", "", "-L -C -S -p -s -d", "-p -s -d", "", "", "-L -C -S"},
    {"firewall-cmd", "", "--state --list-all --get-active-zones", "", "", "", "", Operands::none},
    {"ufw", "status", "", "", "", "", ""},
    {"fail2ban-client", "status", "", "", "", "", ""},
    {"sshd", "", "-t -T", "", "", "", "-t -T", Operands::none},
    {"ssh-keygen", "", "-l -f -F -v", "-f -F", "", "", "-l -F", Operands::none},
    {"ssh-keyscan", "", "-p -t -T", "-p -t -T", "", "", ""},
    {"visudo", "", "-c -f", "-f", "", "", "-c", Operands::none},
    {"auditctl", "", "-s -l", "", "", "", "-s -l", Operands::none},
    {"crontab", "", "-l -u", "-u", "", "", "-l", Operands::none},
    {"postqueue", "", "-p -j", "", "", "", "-p -j", Operands::none},
    {"smartctl", "", "-a -H -x -i -A -l --all --health", "-l", "", "", ""},
    {"nvme", "smart-log list error-log", "", "", "", "", ""},
    {"mdadm", "", "--detail --examine --query -D -E -Q", "", "", "", "--detail --examine --query -D -E -Q"},
    {"tune2fs dumpe2fs", "", "-l -h", "", "", "", "-l -h"},
    {"multipath", "", "-l", "", "", "", "-l"},
    {"zpool", "status list iostat", "", "", "", "", ""},
    {"ceph", "status health df osd+df osd+tree osd+perf osd+stat pg+stat", "", "", "-s", "", ""},
    {"ras-mc-ctl", "", "--summary --errors --status", "", "", "", "--summary --errors --status", Operands::none},
    {"nvidia-smi", "", "-q -L", "", "", "", "", Operands::none},
    {"exportfs showmount", "", "-v -e -a -s", "", "", "", "-v -e -a -s"},
    {"rpcinfo", "", "-p -s", "", "", "", "-p -s"},
    {"nfsstat nfsiostat", "", "-m -c -s", "", "", "", ""},
    {"openssl", "x509 s_client verify version ciphers crl", "", "", "",
     "-out -writerand -keyout -CAcreateserial -signkey -sess_out -keylogfile -msgfile -early_data -proxy_pass -pass -passin", ""},
    {"keytool", "", "-list -v -keystore -alias", "-keystore -alias", "", "", "-list", Operands::none},
    {"certbot", "certificates", "", "", "", "", ""},
    {"named-checkconf named-checkzone", "", "-z -p -j -q", "", "", "", ""},
    {"nginx", "", "-t -T -v -V -q -c", "-c", "", "", "-t -T -v -V", Operands::none},
    {"haproxy", "", "-c -f -v", "-f", "", "", "-c -v", Operands::none},
    {"apachectl", "configtest -t -S -M -v", "-t -S -M -v", "", "", "", "", Operands::none},
    {"rabbitmqctl",
     "status cluster_status environment list_queues list_connections list_channels list_consumers list_exchanges list_bindings list_users "
     "list_permissions list_policies list_vhosts list_user_permissions list_unresponsive_queues",
     "", "-n -p", "-q", "", ""},
    {"rabbitmq-diagnostics",
     "ping status alarms memory_breakdown listeners cluster_status check_running check_local_alarms check_alarms check_port_connectivity "
     "check_if_node_is_quorum_critical check_if_node_is_mirror_sync_critical environment log_tail list_network_interfaces",
     "", "-n", "-q", "", ""},
    {"rabbitmq-queues", "quorum_status", "", "-n -p --vhost", "", "", ""},
    {"redis-cli",
     "PING INFO DBSIZE LASTSAVE ROLE TTL TYPE EXISTS CONFIG+GET CLIENT+LIST SLOWLOG+GET SLOWLOG+LEN LATENCY+LATEST LATENCY+DOCTOR "
     "MEMORY+STATS MEMORY+DOCTOR MEMORY+USAGE CLUSTER+INFO CLUSTER+NODES CLUSTER+SHARDS CLUSTER+SLOTS ACL+WHOAMI SENTINEL+masters "
     "SENTINEL+replicas SENTINEL+ckquorum SENTINEL+get-master-addr-by-name --bigkeys --latency",
     "", "-h -p -n --user", "--tls --no-auth-warning", "", ""},
    {"kafka-topics.sh kafka-consumer-groups.sh kafka-configs.sh kafka-log-dirs.sh kafka-acls.sh", "",
     "--bootstrap-server --describe --list --topic --group --all-groups --under-replicated-partitions --unavailable-partitions "
     "--under-min-isr-partitions --members --state --offsets --verbose --entity-type --entity-name --all --command-config --broker-list "
     "--topic-list",
     "--bootstrap-server --topic --group --entity-type --entity-name --command-config --broker-list --topic-list", "", "",
     "--describe --list", Operands::none},
    {"kafka-broker-api-versions.sh", "", "--bootstrap-server --command-config", "--bootstrap-server --command-config", "", "", "",
     Operands::none},
    {"kafka-metadata-quorum.sh", "describe", "", "--bootstrap-server --command-config", "", "", ""},
    {"kafka-transactions.sh", "describe list find-hanging", "", "--bootstrap-server --command-config", "", "", ""},
    {"mysqladmin", "status extended-status processlist variables ping version", "", "-h -P -u", "", "", "", Operands::none},
    {"nodetool", "status info tpstats netstats compactionstats describecluster gossipinfo ring", "", "-h -p", "", "", ""},
    {"etcdctl", "endpoint+status endpoint+health alarm+list member+list", "", "--endpoints --cacert --cert --key", "", "", ""},
    {"kubectl", "get describe logs top version events explain auth+can-i rollout+status rollout+history config+view config+current-context",
     "", "", "", "--output-directory --cache-dir --profile --profile-output", ""},
    {"crictl", "ps pods inspect inspectp logs stats images info imagefsinfo", "", "", "", "-o --output-file", ""},
    {"docker podman",
     "ps inspect logs stats info version images top diff port history system+df network+ls network+inspect volume+ls volume+inspect "
     "compose+ps compose+logs compose+config container+ls",
     "", "", "", "--output", ""},
    {"pip pip3", "list show check", "", "", "", "--log", ""},
    {"npm", "ls", "", "", "", "", ""},
    {"go", "version", "", "", "", "", ""},
    {"node java", "", "--version -version", "", "", "", "--version -version", Operands::none},
    {"py-spy", "dump", "", "", "", "-o --output", ""},
    {"rpm", "", "-q -a -i -l -V", "", "", "", "-q"},
    {"dpkg", "", "-l -s -L -S", "", "", "", "-l -s -L -S"},
};

template <class Fits>
bool any_word(std::string_view words, Fits fits) {
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    if (fits(words.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}
bool holds(std::string_view words, std::string_view word) {
  return !word.empty() && any_word(words, [&](std::string_view each) { return each == word; });
}

bool is_option(std::string_view word) { return word.size() > 1 && word.front() == '-'; }
std::string_view name_of_option(std::string_view word) { return word.substr(0, word.find('=')); }
bool is_cluster(std::string_view word) { return word.size() > 2 && word[1] != '-'; }

bool is_refused(const Program& program, std::string_view word) {
  const std::string_view name = name_of_option(word);
  return any_word(program.refused, [&](std::string_view refused) {
    if (refused == name) return true;
    if (refused.size() == 2) return is_cluster(word) && word.find(refused[1]) != std::string_view::npos;
    return refused.starts_with("--") && name.size() > 2 && refused.starts_with(name);
  });
}

bool is_allowed(const Program& program, std::string_view word) {
  if (holds(program.only, word)) return true;
  if (word.find('=') != std::string_view::npos)
    return holds(program.only, name_of_option(word)) && holds(program.values, name_of_option(word));
  return is_cluster(word) && std::all_of(word.begin() + 1, word.end(), [&](char c) { return holds(program.only, std::string{'-', c}); });
}

bool has_needed(const Program& program, std::span<const std::string> words) {
  return program.needs.empty() || std::any_of(words.begin(), words.end(), [&](const std::string& word) {
           return any_word(program.needs, [&](std::string_view needed) {
             return needed == word ||
                    (needed.size() == 2 && is_option(word) && is_cluster(word) && word.find(needed[1]) != std::string::npos);
           });
         });
}

/// How many words the verb at `words` takes; 0: none that is listed.
std::size_t verb_words(const Program& program, std::span<const std::string> words) {
  std::size_t count = 0;
  any_word(program.verbs, [&](std::string_view verb) {
    const std::size_t plus = verb.find('+');
    if (plus == std::string_view::npos)
      count = verb == words[0] ? 1 : 0;
    else
      count = words.size() > 1 && verb.substr(0, plus) == words[0] && verb.substr(plus + 1) == words[1] ? 2 : 0;
    return count > 0;
  });
  return count;
}

std::string words_problem(const Program& program, std::span<const std::string> words) {
  bool has_verb = program.verbs.empty();
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!has_verb) {
      if (const std::size_t taken = verb_words(program, words.subspan(i)); taken > 0) {
        has_verb = true;
        i += taken - 1;
        continue;
      }
      const bool before_verb = holds(program.flags, word) || holds(program.values, name_of_option(word));
      if (!is_option(word) || !before_verb)
        return fmt::format("\"{} {}\" is not among what only reads: {} may be followed by {}", words[0], word, words[0], program.verbs);
    } else if (!is_option(word)) {
      if (program.operands == Operands::none) return fmt::format("{} may not be given {} here", words[0], in_quotes(word));
    } else if (is_refused(program, word) || (!program.only.empty() && !is_allowed(program, word))) {
      return fmt::format("{} with {} is not among what only reads", words[0], in_quotes(word));
    }
    if (holds(program.values, word)) ++i;
  }
  if (!has_verb) return fmt::format("{} needs one of {}", words[0], program.verbs);
  if (!has_needed(program, words)) return fmt::format("{} needs one of {}", words[0], program.needs);
  return {};
}

std::string program_problem(std::span<const std::string> words);

/// A client with a query: `options` and the query's own option with their values, flags and a database.
std::string query_problem(std::span<const std::string> words, std::string_view query_option, std::string_view options,
                          std::string_view flags, std::string (*check)(std::string_view)) {
  bool has_query = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == query_option && i + 1 < words.size()) {
      has_query = true;
      if (std::string problem = check(words[++i]); !problem.empty()) return problem;
    } else if (holds(options, word)) {
      ++i;
    } else if (is_option(word) ? !holds(flags, word) : word.find_first_of("=:/ ") != std::string::npos) {
      return fmt::format("{} may not be given {} here", words[0], in_quotes(word));
    }
  }
  return has_query ? "" : fmt::format("{} needs a query: {} '…'", words[0], query_option);
}

std::string curl_problem(std::span<const std::string> words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "-m" || word == "--cacert" || word == "--max-time" || word == "--resolve") {
      ++i;
    } else if (is_option(word)) {
      if (word.find_first_not_of("-sSfkIvi46") != std::string::npos || word.starts_with("--"))
        return fmt::format("curl with {} is not among what only reads: -s -S -f -k -I -v -i -m --cacert --resolve", in_quotes(word));
    } else if (!word.starts_with("http://") && !word.starts_with("https://")) {
      return fmt::format("curl needs an address that begins with http:// or https://, not {}", in_quotes(word));
    }
  }
  return {};
}

/// `kubectl exec POD -n NAMESPACE -- PROGRAM …`: of the program inside, as outside.
std::string exec_problem(std::span<const std::string> words) {
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (dashes == words.end() || dashes + 1 == words.end()) return "kubectl exec needs \"--\" and a program behind it";
  for (auto word = words.begin() + 2; word != dashes; ++word) {
    const bool has_value = *word == "-n" || *word == "-c";
    if (is_option(*word) && !has_value) return fmt::format("kubectl exec may not be given {} here", in_quotes(*word));
    if (has_value && ++word == dashes) return "kubectl exec lacks a value before \"--\"";
  }
  return program_problem(words.subspan(static_cast<std::size_t>(dashes - words.begin()) + 1));
}

constexpr std::string_view kJcmd =
    "Thread.print VM.flags VM.uptime VM.version VM.command_line VM.native_memory VM.info GC.heap_info Compiler.codecache";

std::string program_problem(std::span<const std::string> words) {
  const std::string& name = words[0];
  if (name == "sudo") {
    const std::size_t skip = words.size() > 2 && words[1] == "-u" ? 3 : 1;
    return words.size() > skip ? program_problem(words.subspan(skip)) : "sudo needs a program";
  }
  if (name == "psql") return query_problem(words, "-c", "-h -p -U -d", "-X -A -t -x -At -w", sql_problem);
  if (name == "mysql" || name == "mariadb") return query_problem(words, "-e", "-h -P -u -D", "-p -t -N", sql_problem);
  if (name == "mongosh") return query_problem(words, "--eval", "--host --port", "--quiet", mongo_problem);
  if (name == "curl") return curl_problem(words);
  if (name == "kubectl" && words.size() > 1 && words[1] == "exec") return exec_problem(words);
  if (name == "jcmd") {
    if (words.size() == 2 && words[1] == "-l") return {};
    const bool reads = words.size() >= 3 && !is_option(words[1]) && holds(kJcmd, words[2]);
    const bool writes =
        std::any_of(words.begin(), words.end(), [](const std::string& word) { return word.find('=') != std::string::npos; });
    return reads && !writes ? "" : fmt::format("jcmd needs a pid and one of {}", kJcmd);
  }
  if (name == "sysctl" &&
      std::any_of(words.begin(), words.end(), [](const std::string& word) { return word.find('=') != std::string::npos; }))
    return "sysctl with \"=\" changes a setting";
  const auto found = std::find_if(std::begin(kPrograms), std::end(kPrograms), [&](const Program& each) { return holds(each.names, name); });
  if (found == std::end(kPrograms))
    return fmt::format("{} is not a program that is known to only read (docs/known-errors.md)", in_quotes(name));
  return words_problem(*found, words);
}

}  // namespace

std::string command_problem(std::string_view command) {
  const ShellWords split = split_shell_words(command);
  if (!split.problem.empty()) return split.problem;
  for (const std::vector<std::string>& words : split.programs)
    if (std::string problem = program_problem(words); !problem.empty()) return problem;
  return {};
}

}  // namespace loglode::rca
