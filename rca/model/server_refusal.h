// What a model server's error means, and what a person can do about it. Stateless, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.h"
#include "rca/model/model_wire.h"

namespace loglode::rca {

struct ServerRefusal {
  enum class Kind : std::uint8_t {
    passing,       // another try may go well
    timed_out,     // it may, but cost as long again
    form,          // this server does not take the request as it is
    output_limit,  // fewer tokens of output would fit
    too_long,      // the prompt does not fit
    key,           // nobody we know, or who may not
    account,       // means or limits of the account are used up
    no_model,      // retired, misspelt, not loaded
    other
  };
  Kind kind = Kind::other;
  std::string reason{};   // a sentence, safe to be shown
  std::string wording{};  // the server's own, in lower case: for lower_form
};

/// Of an answer that is not a whole 2xx.
[[nodiscard]] ServerRefusal read_refusal(const ModelConfig& config, const HttpAnswer& answer);

/// The next lower form that the server may take, by what it said; none: there is nothing left to leave out.
[[nodiscard]] std::optional<RequestForm> lower_form(const ModelConfig& config, RequestForm form, std::string_view wording);

/// Text of a server, cut, printable and without what looks like a key or is a part of ours.
[[nodiscard]] std::string without_secrets(std::string_view text, std::string_view key);

}  // namespace loglode::rca
