#include "state/open_state.h"

#include <sys/stat.h>

#include <utility>

namespace loglode {

Result<OpenState> open_state(const std::string& folder, bool read_only, const RenewIds& renew) {
  auto store = StateStore::open(folder, read_only ? StateAccess::read_only : StateAccess::read_write, {}, renew);
  if (!store) return tl::unexpected<Error>(store.error());
  auto contents = store->load();
  if (!contents) return tl::unexpected<Error>(contents.error());
  OpenState opened;
  opened.contents = std::move(*contents);
  if (!opened.contents.set_aside.empty())
    opened.notice = "the state in " + folder + " was damaged: it was set aside as " + opened.contents.set_aside + " and a new one begun";
  struct stat status {};
  if (!read_only && opened.notice.empty() && ::stat(folder.c_str(), &status) == 0 && (status.st_mode & S_IWGRP) != 0)
    opened.notice =
        "the state folder " + folder + " may be written by its group, whose members could then change what is known: chmod g-w it";
  if (!read_only) opened.writer = std::make_unique<StateWriter>(std::move(*store));
  return opened;
}

}  // namespace loglode
