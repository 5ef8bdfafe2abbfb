// A state folder as a run begins with it.
#pragma once

#include <memory>
#include <string>

#include "core/result.h"
#include "state/state_store.h"
#include "state/state_writer.h"

namespace loglode {

struct OpenState {
  StateContents contents;
  std::unique_ptr<StateWriter> writer;  // null when it is read only
  std::string notice;                   // something a person should know, for example that a damaged file was set aside; or empty
};

/// Opens and reads the folder. Errors: as StateStore::open.
[[nodiscard]] Result<OpenState> open_state(const std::string& folder, bool read_only, const RenewIds& renew);

}  // namespace loglode
