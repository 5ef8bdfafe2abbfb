#include "rca/model/model_queue.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace loglode::rca {
namespace {

using Status = ModelAnswer::Status;

/// Who was told, in order; the first one is held until let_go.
class Told {
 public:
  ModelQueue::Done done() {
    return [this](const ModelRequest& request, const ModelAnswer& answer) {
      std::unique_lock lock{mutex_};
      told_.push_back(request.incident_id + ' ' + std::string{status_word(answer.status)});
      changed_.notify_all();
      changed_.wait(lock, [&] { return may_go_ || request.incident_id != "first"; });
    };
  }
  void let_go() {
    const std::lock_guard lock{mutex_};
    may_go_ = true;
    changed_.notify_all();
  }
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return told_.size() >= count; });
    return told_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  bool may_go_ = false;
};

ModelRequest request_of(const std::string& id, Severity severity = Severity::error) {
  ModelRequest out;
  out.incident_id = id;
  out.severity = severity;
  return out;
}

ModelConfig small_queue() {  // no model: each question is answered at once
  ModelConfig config;
  config.queue_max = 3;
  return config;
}

TEST_CASE("of incidents that wait the most severe is next, then the newest, and what is too much is told", "[rca]") {
  ModelClient client{small_queue()};
  Told told;
  ModelQueue queue{client};
  queue.submit(request_of("first"), told.done());
  CHECK(told.wait_for(1) == std::vector<std::string>{"first not_configured"});
  queue.submit(request_of("older"), told.done());
  queue.submit(request_of("warning", Severity::warn), told.done());
  queue.submit(request_of("fatal", Severity::fatal), told.done());
  CHECK(queue.waiting() == 3);
  queue.submit(request_of("newer"), told.done());
  CHECK(told.wait_for(2).back() == "warning over_budget");
  queue.submit(request_of("older", Severity::fatal), told.done());  // it has grown: its newest state is asked of
  CHECK(told.wait_for(3).back() == "older cancelled");
  told.let_go();
  CHECK(told.wait_for(6) == std::vector<std::string>{"first not_configured", "warning over_budget", "older cancelled",
                                                     "older not_configured", "fatal not_configured", "newer not_configured"});
}

TEST_CASE("who waits when the queue ends is told", "[rca]") {
  ModelClient client{small_queue()};
  Told told;
  {
    ModelQueue queue{client};
    queue.submit(request_of("first"), told.done());
    static_cast<void>(told.wait_for(1));
    queue.submit(request_of("second"), told.done());
    told.let_go();
  }
  const auto all = told.wait_for(2);
  CHECK((all[1] == "second cancelled" || all[1] == "second not_configured"));
}

}  // namespace
}  // namespace loglode::rca
