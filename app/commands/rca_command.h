// `loglode rca`: the root-cause report of an incident of the last run, or of a run with --state.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <string>

namespace loglode {

enum class RcaForm : std::uint8_t { human, markdown, html, ndjson };

struct RcaArguments {
  std::string incident, state, config, context, output;
  std::string language;  // empty: as the configuration says
  RcaForm form = RcaForm::human;
  bool ai = false, no_ai = false, show_prompt = false;
};

void add_rca_command(CLI::App& app, RcaArguments& arguments, int& status);

int explain_root_cause(const RcaArguments& arguments);

}  // namespace loglode
