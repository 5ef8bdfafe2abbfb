// `loglode verify`, the receipt: what of the sources is stored in a search server, lost, there twice or other than it should be.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace loglode {

struct VerifyArguments {
  std::string config;                // of run
  std::string sink, source;          // names; empty: the only sink of the type, all sources
  std::string since, until;          // of the records' times
  std::string topic, offsets, file;  // offsets: `A..B`, both inclusive
  std::string group;                 // of the consumer that reads topics again
  std::string report = "human", output;
};

void add_verify_command(CLI::App& app, VerifyArguments& arguments, int& status);

/// Exit status of cli.md: 0 when nothing is lost, duplicate or different and all could be read, else 1.
int verify_pipeline(const VerifyArguments& arguments);

}  // namespace loglode
