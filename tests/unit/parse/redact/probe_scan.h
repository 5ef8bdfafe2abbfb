// The redactor's probes as the rule engine scans them, for tests.
#pragma once

#include <hs/hs.h>

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "parse/redact/redactor.h"

namespace loglode::samples {

class ProbeScan {
 public:
  ProbeScan() {
    const std::vector<std::string> texts = redaction_probes();
    std::vector<const char*> expressions;
    for (const std::string& text : texts) expressions.push_back(text.c_str());
    const std::vector<unsigned> flags(texts.size(), HS_FLAG_SINGLEMATCH | HS_FLAG_DOTALL);
    std::vector<unsigned> ids(texts.size());
    for (unsigned i = 0; i < ids.size(); ++i) ids[i] = i;
    hs_database_t* database = nullptr;
    hs_compile_error_t* error = nullptr;
    const hs_error_t code = hs_compile_multi(expressions.data(), flags.data(), ids.data(), static_cast<unsigned>(ids.size()), HS_MODE_BLOCK,
                                             nullptr, &database, &error);
    if (code != HS_SUCCESS) {
      const std::string what = error->message;
      hs_free_compile_error(error);
      FAIL(what);
    }
    database_.reset(database);
    hs_scratch_t* scratch = nullptr;
    REQUIRE(hs_alloc_scratch(database, &scratch) == HS_SUCCESS);
    scratch_.reset(scratch);
  }

  /// As the pipeline sees it: a probe, or the redactor's own quick look.
  [[nodiscard]] bool hit(std::string_view text) const {
    bool found = holds_nameless_secret(text);
    if (found) return true;
    const auto on_match = [](unsigned, unsigned long long, unsigned long long, unsigned, void* out) {
      *static_cast<bool*>(out) = true;
      return 1;
    };
    hs_scan(database_.get(), text.data(), static_cast<unsigned>(text.size()), 0, scratch_.get(), on_match, &found);
    return found;
  }

 private:
  struct Free {
    void operator()(hs_database_t* database) const { hs_free_database(database); }
    void operator()(hs_scratch_t* scratch) const { hs_free_scratch(scratch); }
  };
  std::unique_ptr<hs_database_t, Free> database_;
  std::unique_ptr<hs_scratch_t, Free> scratch_;
};

}  // namespace loglode::samples
