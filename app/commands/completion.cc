#include <fmt/format.h>

#include <cstdio>

#include "app/commands/commands.h"
#include "base/exit_status.h"

namespace loglode {

namespace {

struct CommandWords {
  std::string name, about, options;  // options: long names, separated by blanks
};

std::vector<CommandWords> words_of(const CLI::App& app) {
  std::vector<CommandWords> out;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    CommandWords words{command->get_name(), command->get_description(), ""};
    for (const CLI::Option* option : command->get_options())
      for (const std::string& name : option->get_lnames())
        if (!option->get_group().empty()) words.options += "--" + name + " ";
    out.push_back(std::move(words));
  }
  return out;
}

std::string bash_completion(const std::vector<CommandWords>& commands) {
  std::string names, cases;
  for (const CommandWords& command : commands) {
    names += command.name + " ";
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command.name, command.options);
  }
  return fmt::format(
      "_loglode() {{\n  local word=\"${{COMP_WORDS[COMP_CWORD]}}\" words=\"\"\n  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    COMPREPLY=($(compgen -W \"{}\" -- \"$word\"))\n    return\n  fi\n  case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  case \"$word\" in -*) COMPREPLY=($(compgen -W \"$words\" -- \"$word\")) ;; *) COMPREPLY=($(compgen -f -- \"$word\")) ;; esac\n}}\n"
      "complete -o filenames -F _loglode loglode\n",
      names, cases);
}

std::string zsh_completion(const std::vector<CommandWords>& commands) {
  return "#compdef loglode\nautoload -U +X bashcompinit && bashcompinit\n" + bash_completion(commands);
}

std::string fish_completion(const std::vector<CommandWords>& commands) {
  std::string out;
  for (const CommandWords& command : commands) {
    std::string about = command.about;
    for (std::size_t i = 0; (i = about.find('\'', i)) != std::string::npos; i += 2) about.insert(i, 1, '\\');
    out += fmt::format("complete -c loglode -n __fish_use_subcommand -a {} -d '{}'\n", command.name, about);
    for (std::size_t begin = 0; begin < command.options.size();) {
      const std::size_t end = command.options.find(' ', begin);
      out += fmt::format("complete -c loglode -n '__fish_seen_subcommand_from {}' -l {}\n", command.name,
                         command.options.substr(begin + 2, end - begin - 2));
      begin = end + 1;
    }
  }
  return out;
}

}  // namespace

int print_completion(const std::string& shell, const CLI::App& app) {
  const auto commands = words_of(app);
  const std::string text = shell == "bash"  ? bash_completion(commands)
                           : shell == "zsh" ? zsh_completion(commands)
                                            : fish_completion(commands);
  auto printed = print_text(text);
  return printed ? static_cast<int>(kDone) : report_error(printed.error());
}

}  // namespace loglode
