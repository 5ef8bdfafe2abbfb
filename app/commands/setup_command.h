// `loglode setup elasticsearch`: the index templates that a sink of type elasticsearch needs in its cluster.
#pragma once

#include <string>

namespace loglode {

struct SetupArguments {
  std::string config;     // of run
  std::string sink;       // empty: the only one of the type
  std::string undo;       // a file that an earlier setup wrote; what it changed is taken back
  bool yes = false;       // change the cluster, not only say what would be changed
  bool rollover = false;  // existing streams begin an index under the templates
};

/// Shows what would change; with `yes` changes it, after what was there is saved in a file that `undo` takes. Exit status of cli.md.
int setup_elasticsearch(const SetupArguments& arguments);

}  // namespace loglode
