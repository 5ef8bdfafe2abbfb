// What patterns of paths match right now. Stateless.
#pragma once

#include <string>
#include <vector>

namespace loglode::ingest {

/// Regular files and links to them behind files, folders (recursively, logs only) and globs, without those that `exclude` matches; sorted,
/// each once. What cannot be listed is passed over.
[[nodiscard]] std::vector<std::string> matching_files(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude);
/// The same; `unmatched` becomes the patterns that match nothing, `odd` a sentence for each match that is no file and never will be: a
/// circle of links, a device.
[[nodiscard]] std::vector<std::string> matching_files(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude,
                                                      std::vector<std::string>& unmatched, std::vector<std::string>& odd);
/// A sentence for each of what the patterns match that is neither file nor folder, and is not read: FIFOs, sockets, devices, links that
/// lead nowhere; a few at most.
[[nodiscard]] std::vector<std::string> unread_matches(const std::vector<std::string>& patterns, const std::vector<std::string>& exclude);
/// Folders whose names decide what the patterns match, those of `files`, which they match now, among them; each once.
[[nodiscard]] std::vector<std::string> folders_of(const std::vector<std::string>& patterns, const std::vector<std::string>& files);
/// Files that these patterns match and that are parts, by their names, of logs at `paths`, wherever those are.
[[nodiscard]] std::vector<std::string> parts_elsewhere(const std::vector<std::string>& patterns, const std::vector<std::string>& paths);
/// Files in these paths' folders that are parts of the same logs by their names, the paths among them; each folder is listed once.
[[nodiscard]] std::vector<std::string> parts_of_logs(const std::vector<std::string>& paths);
/// Files in these paths' folders that differ from them in dates and numbers alone, wherever those stand (`app-1.log` beside `app.log`):
/// they may be parts of the same logs, or logs of their own; only their content says.
[[nodiscard]] std::vector<std::string> files_named_like(const std::vector<std::string>& paths);
[[nodiscard]] bool is_named_like(const std::string& path, const std::string& of);
/// The log that a path is a part of by its name: that log's path, the same for all of its parts in a folder. Logs `0.log`, `1.log` … side
/// by side in the folder of a pod's container are one, which begins again with each restart.
[[nodiscard]] std::string log_of(const std::string& path);
/// Whether a part of a log is older than another by their names.
[[nodiscard]] bool is_older_part(const std::string& one, const std::string& other);
/// Where the file behind a path really is; the path itself where no link is in it, or that cannot be found out.
[[nodiscard]] std::string real_path_of(const std::string& path);
/// Whether `path` has the name of a rotated part of the log that `of` belongs to, in its folder or one below.
[[nodiscard]] bool is_other_part(const std::string& path, const std::string& of);

}  // namespace loglode::ingest
