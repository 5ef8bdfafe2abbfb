#include "rca/model/model_queue.h"

#include <algorithm>

namespace loglode::rca {
namespace {

ModelAnswer untouched(ModelAnswer::Status status, std::string reason) {
  ModelAnswer out;
  out.status = status;
  out.reason = std::move(reason);
  return out;
}

}  // namespace

ModelQueue::ModelQueue(ModelClient& client) : client_{client}, thread_{[this](const std::stop_token& stop) { run(stop); }} {}

ModelQueue::~ModelQueue() {
  thread_.request_stop();
  {
    const MutexLock lock{mutex_};
    is_closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
  std::list<Waiting> left;
  {
    const MutexLock lock{mutex_};
    left.swap(waiting_);
  }
  for (const Waiting& one : left) one.done(one.request, untouched(ModelAnswer::Status::cancelled, "stopped before the model was asked"));
}

void ModelQueue::submit(ModelRequest request, Done done) {
  std::list<Waiting> out, replaced, mine;
  mine.push_back({std::move(request), std::move(done)});
  {
    const MutexLock lock{mutex_};
    const ModelRequest& submitted = mine.front().request;
    const auto same = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) {
      return !submitted.incident_id.empty() && one.request.incident_id == submitted.incident_id;
    });
    if (same != waiting_.end()) replaced.splice(replaced.end(), waiting_, same);
    const auto place =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& one) { return one.request.severity <= submitted.severity; });
    waiting_.splice(place, mine);
    if (waiting_.size() > client_.config().queue_max) out.splice(out.end(), waiting_, std::prev(waiting_.end()));
  }
  changed_.notify_all();
  for (const Waiting& one : out)
    one.done(one.request, untouched(ModelAnswer::Status::over_budget, "more incidents wait for the model than rca.queue takes"));
  for (const Waiting& one : replaced)
    one.done(one.request, untouched(ModelAnswer::Status::cancelled, "a newer state of this incident waits in its place"));
}

std::size_t ModelQueue::waiting() const {
  const MutexLock lock{mutex_};
  return waiting_.size();
}

std::list<ModelQueue::Waiting> ModelQueue::next(const std::stop_token& stop) {
  std::list<Waiting> out;
  const MutexLock lock{mutex_};
  while (waiting_.empty() && !is_closed_ && !stop.stop_requested()) changed_.wait(mutex_);
  if (!waiting_.empty() && !is_closed_ && !stop.stop_requested()) out.splice(out.end(), waiting_, waiting_.begin());
  return out;
}

void ModelQueue::run(const std::stop_token& stop) {
  for (std::list<Waiting> now = next(stop); !now.empty(); now = next(stop))
    now.front().done(now.front().request, client_.ask(now.front().request, stop));
}

}  // namespace loglode::rca
