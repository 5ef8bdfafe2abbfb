// The wrappers that a line shows in its own text: what a container runtime, compose, kubectl, stern or `docker logs -t` wrote around it.
// Pure functions of one line; views point into the line or the buffer given.
#pragma once

#include <string>
#include <string_view>

namespace loglode {

struct WrapperPrefix {
  std::string_view inner;     // the program's own text
  std::string_view time;      // empty: the wrapper has none
  std::string_view writer;    // container, pod and container, stdout or stderr
  std::string_view iostream;  // stdout or stderr
  bool partial = false;       // the rest of the text comes with the writer's next line
};

/// {"log":"text\n","stream":"stdout","time":"…"}. With `keeps_line_ends` a text without one goes on.
bool split_docker(std::string_view line, bool keeps_line_ends, std::string& buffer, WrapperPrefix& out);
/// 2026-11-24T00:00:00.000000000Z stdout F text
bool split_cri(std::string_view line, WrapperPrefix& out);
/// `checkout-1  | text`
bool split_compose(std::string_view line, WrapperPrefix& out);
/// [pod/NAME/CONTAINER] text
bool split_kubectl(std::string_view line, WrapperPrefix& out);
/// POD CONTAINER text, of all namespaces NAMESPACE POD CONTAINER text
bool split_stern(std::string_view line, WrapperPrefix& out);
/// TIME text, the time with date and zone, one blank or tab behind it
bool split_stamped(std::string_view line, WrapperPrefix& out);

}  // namespace loglode
