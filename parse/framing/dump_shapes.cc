#include "parse/framing/dump_shapes.h"

#include "parse/framing/line_beginnings.h"

namespace loglode::traces {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool contains(std::string_view line, std::string_view part) noexcept { return line.substr(0, 512).find(part) != std::string_view::npos; }

constexpr LineBeginnings kKernelFaults{"BUG: unable to handle ",
                                       "BUG: kernel NULL pointer dereference",
                                       "BUG: scheduling while atomic",
                                       "Unable to handle kernel ",
                                       "Internal error: Oops",
                                       "general protection fault",
                                       "kernel BUG at ",
                                       "watchdog: BUG: soft lockup",
                                       "------------[ cut here ]"};
constexpr LineBeginnings kKernelParts{"#PF: ",
                                      "PGD ",
                                      "Oops: ",
                                      "CPU: ",
                                      "Hardware name: ",
                                      "RIP: ",
                                      "RSP: ",
                                      "RAX: ",
                                      "RBX: ",
                                      "RDX: ",
                                      "RBP: ",
                                      "R10: ",
                                      "R13: ",
                                      "FS: ",
                                      "CS: ",
                                      "CR2: ",
                                      "DR0: ",
                                      "DR3: ",
                                      "PKRU: ",
                                      "EIP: ",
                                      "EAX: ",
                                      "ESI: ",
                                      "DS: ",
                                      "Call Trace:",
                                      "Call trace:",
                                      "Modules linked in:",
                                      "Code: ",
                                      "Workqueue: ",
                                      "---[ end ",
                                      "Kernel panic - not syncing",
                                      "Kernel Offset: ",
                                      "pc : ",
                                      "lr : ",
                                      "sp : ",
                                      "pstate: ",
                                      "Process ",
                                      "Stack:",
                                      "Mem abort info:",
                                      "Data abort info:",
                                      "Internal error: ",
                                      "invalid opcode: ",
                                      "WARNING: CPU: ",
                                      "[<",
                                      "<TASK>",
                                      "</TASK>",
                                      "Tainted: ",
                                      "note: ",
                                      "BUG: ",
                                      "Sending NMI ",
                                      "NMI backtrace "};

constexpr LineBeginnings kSanitizerParts{"READ of size ",
                                         "WRITE of size ",
                                         "0x",
                                         "freed by ",
                                         "previously allocated ",
                                         "allocated by ",
                                         "Address 0x",
                                         "SUMMARY: ",
                                         "Shadow ",
                                         "HINT: ",
                                         "The signal is caused ",
                                         "Direct leak of ",
                                         "Indirect leak of ",
                                         "Thread T",
                                         "Uninitialized value ",
                                         "Memory was marked ",
                                         "Location is ",
                                         "Previous ",
                                         "Mutex ",
                                         "Objects leaked "};

constexpr LineBeginnings kThreadDumpParts{"\"",
                                          "JNI global ref",
                                          "Heap",
                                          "Found ",
                                          "=====",
                                          "Java stack information for the threads listed above:",
                                          "Threads class SMR info:",
                                          "_java_thread_list=",
                                          "which is held by ",
                                          "waiting to lock "};

constexpr LineBeginnings kNativeParts{"PC: @ ",
                                      "*** SIG",
                                      "*** Signal ",
                                      "*** Check failure stack trace:",
                                      "(stacktrace:",
                                      "@ ",
                                      "======= Backtrace: ",
                                      "======= Memory map: ",
                                      "/lib",
                                      "/usr/lib",
                                      "Program terminated with "};

/// `x29: ffff…`, `x1 : 0000…`: registers of arm64.
bool is_register(std::string_view line) noexcept {
  return line.size() > 8 && line[0] == 'x' && is_digit(line[1]) && contains(line.substr(2, 4), ": ");
}

/// `==12==`: what the sanitizers put before their own lines.
bool has_sanitizer_mark(std::string_view line) noexcept {
  if (!line.starts_with("==")) return false;
  const std::size_t end = line.find_first_not_of("0123456789", 2);
  return end != std::string_view::npos && end > 2 && line.substr(end, 2) == "==";
}

}  // namespace

Trace dump_begun_by(std::string_view line) noexcept {
  switch (line.front()) {
    case '#':
      return line == "#" || line.starts_with("# A fatal error has been detected by ") ? Trace::jvm_banner : Trace::none;
    case 'F':
      return line.starts_with("Full thread dump ") ? Trace::thread_dump : Trace::none;
    case '=':
      return has_sanitizer_mark(line) && contains(line, "==ERROR: ") ? Trace::sanitizer : Trace::none;
    case '*':
      return line.starts_with("*** Aborted at ") || line.starts_with("*** Error in ") || line.starts_with("*** Check failure stack trace:")
                 ? Trace::native
                 : Trace::none;
    case 'W':
      if (line.starts_with("WARNING: ") && contains(line.substr(9, 32), "Sanitizer: ")) return Trace::sanitizer;
      return line.starts_with("WARNING: CPU: ") ? Trace::kernel : Trace::none;
    default:
      return kKernelFaults.begin(line) ? Trace::kernel : Trace::none;
  }
}

bool continues_dump(Trace trace, std::string_view line) noexcept {
  switch (trace) {
    case Trace::jvm_banner:
      return line.front() == '#';
    case Trace::thread_dump:
      return kThreadDumpParts.begin(line);
    case Trace::kernel:
      return kKernelParts.begin(line) || is_register(line);
    case Trace::sanitizer:
      return has_sanitizer_mark(line) || kSanitizerParts.begin(line);
    case Trace::native:
      return kNativeParts.begin(line);
    default:
      return false;
  }
}

}  // namespace loglode::traces
