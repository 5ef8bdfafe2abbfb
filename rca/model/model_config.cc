#include "rca/model/model_config.h"

namespace loglode::rca {

ModelConfig model_config(const config::RcaConfig& rca) {
  ModelConfig out;
  out.provider = static_cast<ModelConfig::Provider>(rca.provider.value);
  static_assert(static_cast<int>(ModelConfig::Provider::openai_compatible) ==
                static_cast<int>(config::RcaConfig::Provider::openai_compatible));
  out.url = rca.url.value;
  out.model = rca.model.value;
  out.key = rca.key.value;
  out.api_version = rca.api_version.value;
  out.effort = rca.effort.value;
  out.tokens_field = rca.tokens_field.value;
  out.input_tokens_max = static_cast<std::uint32_t>(rca.input_tokens_max.value);
  out.output_tokens_max = static_cast<std::uint32_t>(rca.output_tokens_max.value);
  out.timeout = rca.timeout.value;
  out.calls_per_hour = static_cast<std::uint32_t>(rca.calls_per_hour.value);
  if (rca.cost_per_day) out.cost_per_day = rca.cost_per_day->value;
  if (rca.prices) out.prices = ModelPrices{rca.prices->input, rca.prices->cached_input, rca.prices->output};
  out.cache = rca.cache.value;
  out.queue_max = rca.queue_max.value;
  out.audit_file = rca.audit_path.value;
  out.audit_bodies = rca.audit_bodies.value;
  out.audit_kept = rca.audit_kept.value;
  return out;
}

}  // namespace loglode::rca
