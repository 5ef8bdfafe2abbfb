// What a state of schema 3 or 4 says was told, as rows: announcers kept it as bytes of their own then.
#pragma once

#include "state/state_store.h"

namespace loglode {

/// Makes rows of `contents.told`, which is empty then. What cannot be read is left out: what the state holds counts as told.
void told_as_rows(StateContents& contents);

}  // namespace loglode
