// Source: arch/*/kernel/traps.c, arch/*/mm/fault.c, lib/bug.c, kernel/panic.c, kernel/watchdog.c and mm/kasan of Linux.
#include "parse/text/kernel_faults.h"

#include <cstddef>

#include "base/ascii.h"

namespace loglode {
namespace {

constexpr std::string_view kBeginnings[] = {
    "Kernel panic - ",
    "Internal error: Oops",
    "Oops - ",
    "Unable to handle kernel ",
    "VFS: Unable to mount root fs",
    "general protection fault, ",
    "general protection fault: ",
    "invalid opcode: ",
    "kernel BUG at ",
    "stack segment: ",
    "double fault: ",
};

/// Behind `BUG: `, which people write as well.
constexpr std::string_view kBugs[] = {
    "unable to handle ",
    "kernel NULL pointer ",
    "scheduling while atomic",
    "sleeping function ",
    "Bad page ",
    "bad page ",
    "Bad rss-counter ",
    "workqueue lockup",
    "soft lockup",
    "KASAN: ",
    "KFENCE: ",
    "spinlock ",
    "stack guard page ",
    "non-zero pgtables",
    "TASK stack guard page ",
    "Dentry ",
    "using smp_processor_id",
};

template <std::size_t N>
bool begins_with_one(std::string_view text, const std::string_view (&known)[N]) noexcept {
  for (const std::string_view one : known)
    if (text.starts_with(one)) return true;
  return false;
}

/// `0002 [#1] SMP`, behind `Oops: `.
bool is_oops_code(std::string_view text) noexcept {
  std::size_t digits = 0;
  while (digits < text.size() && (is_digit(text[digits]) || (text[digits] >= 'a' && text[digits] <= 'f'))) ++digits;
  return digits > 0 && text.substr(digits).starts_with(" [#");
}

}  // namespace

Severity kernel_fault_severity(std::string_view message) noexcept {
  constexpr std::string_view kFirst = "-BIKNOUVdgiksw";
  if (message.empty() || kFirst.find(message.front()) == std::string_view::npos) return Severity::unspecified;
  for (const std::string_view before : {"---[ end ", "NMI ", "watchdog: "})
    if (message.starts_with(before)) message.remove_prefix(before.size());
  bool fatal = begins_with_one(message, kBeginnings);
  if (message.starts_with("BUG: ")) fatal = begins_with_one(message.substr(5), kBugs);
  if (message.starts_with("Oops: ")) fatal = is_oops_code(message.substr(6));
  return fatal ? Severity::fatal : Severity::unspecified;
}

}  // namespace loglode
