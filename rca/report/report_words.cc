#include "rca/report/report_words.h"

namespace loglode::rca {

const ReportWords& words_of(Language language) noexcept {
  static constexpr ReportWords kEnglish{
      .root_cause = "ROOT CAUSE", .suspects = "SUSPECTS", .timeline = "ONSETS", .changed = "WHAT CHANGED", .impact = "IMPACT",
      .changes = "DEPLOYS AND RESTARTS", .known_errors = "KNOWN ERRORS", .confirm = "CONFIRM WITH", .earlier = "THE SAME BEFORE", .owners = "OWNERS",
      .decision = "DECISION", .ai = "AI", .steps = "STEPS", .missing = "NOT KNOWN", .evidence = "EVIDENCE", .hypothesis = "HYPOTHESES",
      .then = "Then ", .later = " later ", .beside = "Beside it, ", .before = "Before it, ", .catalogue = "Known error ", .stop = ". ", .comma = "; ",
      .nobody = "nobody is named for it: known_errors.owners of the configuration", .none_seen = "none were seen in the logs",
      .no_metrics = "no metrics (CPU, memory, latency): --context FILE adds what you know",
      .no_traces = "no trace ids that two of its services share: the order is that of clocks",
      .no_baseline = "what these lines expect comes from the input itself where no baseline was given",
      .no_changes = "no deploy, restart or change of version in the half hour before",
      .no_owner = "who owns these services", .no_catalogue_entry = "no known error fits: the lines themselves are the best lead",
      .page = "page", .watch = "watch", .ignore = "ignore"};
  static constexpr ReportWords kChinese{
      .root_cause = "根本原因", .suspects = "嫌疑服务", .timeline = "发生顺序", .changed = "变化", .impact = "影响范围",
      .changes = "部署与重启", .known_errors = "已知错误", .confirm = "确认命令", .earlier = "历史相同事件", .owners = "负责人",
      .decision = "处理建议", .ai = "AI", .steps = "处理步骤", .missing = "缺少的信息", .evidence = "证据", .hypothesis = "假设",
      .then = "随后 ", .later = " 后 ", .beside = "同时，", .before = "在此之前，", .catalogue = "已知错误 ", .stop = "。", .comma = "；",
      .nobody = "没有登记负责人：请在配置 known_errors.owners 中填写", .none_seen = "日志中没有发现",
      .no_metrics = "没有指标（CPU、内存、延迟）：可用 --context FILE 补充",
      .no_traces = "这些服务之间没有共同的 trace id：顺序只依据时钟",
      .no_baseline = "没有给出基线时，预期值来自输入本身",
      .no_changes = "此前半小时内没有部署、重启或版本变化",
      .no_owner = "这些服务的负责人", .no_catalogue_entry = "没有匹配的已知错误：日志行本身是最好的线索",
      .page = "立即呼叫", .watch = "观察", .ignore = "忽略"};
  return language == Language::zh ? kChinese : kEnglish;
}

}  // namespace loglode::rca
