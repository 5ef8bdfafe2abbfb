// `loglode templates` on a state folder: what people say of templates. Each returns the exit status of cli.md.
#pragma once

#include <string>

namespace loglode {

/// Where templates are looked up: --state, or the last run when it is empty.
struct TemplateSource {
  std::string state;
  bool ndjson = false;
};

int list_templates(const TemplateSource& source);
int show_template(const TemplateSource& source, const std::string& id);

// These need a state folder, and write to it at once.
/// The template keeps its text and id from now on and is never forgotten; `undo` takes it back.
int pin_template(const std::string& state, const std::string& id, bool undo);
/// A name for people; an empty one takes it away.
int name_template(const std::string& state, const std::string& id, const std::string& name);
/// Known: no finding is about it.
int ignore_template(const std::string& state, const std::string& id, bool undo);
/// Messages of `id` are `target`'s from now on.
int alias_template(const std::string& state, const std::string& id, const std::string& target);
/// Each line of `file` is a template with `<*>` for what varies, in every severity class. Errors name the line.
int seed_templates(const std::string& state, const std::string& file);

}  // namespace loglode
