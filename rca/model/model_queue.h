// Incidents that wait for a model, while detection goes on: asked one after the other on a thread of its own, which the queue owns. Of
// those that wait the most severe is next, of equally severe ones the newest. Any thread may submit.
#pragma once

#include <functional>
#include <list>
#include <stop_token>
#include <thread>

#include "base/mutex.h"
#include "rca/model/model_client.h"

namespace loglode::rca {

class ModelQueue {
 public:
  using Done = std::function<void(const ModelRequest&, const ModelAnswer&)>;

  /// `client` outlives it. Of more than `client.config().queue_max` that wait, the last in order is told `over_budget`.
  explicit ModelQueue(ModelClient& client);
  ModelQueue(const ModelQueue&) = delete;
  ModelQueue& operator=(const ModelQueue&) = delete;
  /// Ends the question that is under way; it and those that wait are told `cancelled`, on the queue's thread or on this one.
  ~ModelQueue();

  /// Never waits for the model. `done` is called once, on the queue's thread; where the queue is full, here and at once for who is put out.
  /// A request for an incident that waits already takes its place: the older one is told `cancelled`.
  void submit(ModelRequest request, Done done);
  [[nodiscard]] std::size_t waiting() const;

 private:
  struct Waiting {
    ModelRequest request;
    Done done;
  };
  void run(const std::stop_token& stop);
  [[nodiscard]] std::list<Waiting> next(const std::stop_token& stop);

  ModelClient& client_;
  mutable Mutex mutex_;
  Condition changed_;
  std::list<Waiting> waiting_ LOGLODE_GUARDED_BY(mutex_);  // the next one first
  bool is_closed_ LOGLODE_GUARDED_BY(mutex_) = false;
  std::jthread thread_;  // the last member: it uses those before it
};

}  // namespace loglode::rca
