#include "app/registry/type_readers.h"

#include "app/registry/feedback_check.h"
#include "app/registry/mutes_reader.h"

namespace loglode::config {

const TypeReaders& type_readers() {
  static constexpr TypeReaders kReaders{read_sources, read_sinks, read_mutes, check_feedback};
  return kReaders;
}

}  // namespace loglode::config
