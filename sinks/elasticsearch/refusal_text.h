// What a person is told when a cluster refuses a request or does not answer: what was asked for, what the server says, and what to look at.
// Pure functions, any thread.
#pragma once

#include <string>
#include <string_view>

#include "net/http_client.h"
#include "sinks/elasticsearch/search_config.h"

namespace loglode {

/// `http://es1:9200 answers 403 to a write to logs-loglode-default: …`. `doing` is what was asked for ("a write to …"). Of an error's
/// reason only that of a refused permission is told, which names users, indices and privileges; others can quote a document.
[[nodiscard]] std::string refusal_text(std::string_view url, const HttpAnswer& answer, std::string_view doing);

/// Why an answer is not of the product that the configuration names: a web page, or the other product. Empty: it is, or does not say.
[[nodiscard]] std::string product_fault(std::string_view url, const HttpAnswer& answer, SearchSinkConfig::Product wanted);

/// Why a good answer to `GET _index_template/NAME` is of no server that has index templates; empty: it is of one.
[[nodiscard]] std::string no_template_fault(std::string_view url, const HttpAnswer& answer);

}  // namespace loglode
