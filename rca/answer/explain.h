// A report explained by a model: asked once, its answer checked, asked once more where too much of it does not hold, and the manual form
// where that does not either. Waits for the model: never on a thread that must not.
#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <string>

#include "rca/model/model_client.h"
#include "rca/report/rca_report.h"

namespace loglode::rca {

struct Asking {
  std::map<std::string, std::uint64_t> masked{};  // for the audit
};

/// `report`: the manual form, to which what stands of the answer is added; whatever fails leaves it as it is, with the reason in `ai`.
void explain_with(ModelClient& client, RcaReport& report, const IncidentCase& incident, const EvidencePack& pack, const Asking& asking = {},
                  std::stop_token stop = {});

/// The request of an incident, as explain_with() sends it first.
[[nodiscard]] ModelRequest request_of(const IncidentCase& incident, const EvidencePack& pack, Language language, const Asking& asking = {});

}  // namespace loglode::rca
