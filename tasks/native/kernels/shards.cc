#include "shards.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace {

/// A piece of work, from which threads take shards until none is left.
struct Work {
  Work(const std::function<void(int64_t)>& shard, int64_t count) : shard(shard), count(count) {}
  const std::function<void(int64_t)>& shard;
  const int64_t count;
  std::atomic<int64_t> taken{0}, done{0};

  /// True for the thread that did the last shard.
  bool take() {
    bool isLast = false;
    for (int64_t i = taken++; i < count; i = taken++) {
      shard(i);
      isLast = ++done == count;
    }
    return isLast;
  }
};

/// Threads that wait for work beside the one that brings it. That one does not wait for threads that come
/// too late for a shard: on a busy machine a thread may take longer to wake up than the work lasts.
class Threads {
 public:
  Threads() {
    // More would wait for memory, and take longer to wake up than most work lasts
    const unsigned processors = std::min(std::thread::hardware_concurrency(), 16u);
    for (unsigned i = 1; i < processors; i++) std::thread([this] { serve(); }).detach();
  }

  void run(int64_t count, const std::function<void(int64_t)>& shard) {
    const auto work = std::make_shared<Work>(shard, count);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      newest_ = work;
      round_++;
    }
    begun_.notify_all();
    if (work->take()) return;
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [&] { return work->done == count; });
  }

 private:
  void serve() {
    uint64_t served = 0;
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      begun_.wait(lock, [&] { return round_ != served; });
      served = round_;
      const std::shared_ptr<Work> work = newest_;
      lock.unlock();
      if (!work->take()) continue;
      lock.lock(); // who waits has looked or is asleep
      lock.unlock();
      done_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable begun_, done_;
  std::shared_ptr<Work> newest_;
  uint64_t round_ = 0;
};

}  // namespace

void inShards(int64_t count, const std::function<void(int64_t)>& work) {
  static Threads& threads = *new Threads; // never destroyed: its threads outlive main()
  if (count == 1) return work(0);
  threads.run(count, work);
}
