#include "shards.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

namespace {

/// More would wait for memory, and take longer to wake up than most work lasts.
constexpr int kMostThreads = 16;

/// How many threads may work: those that TensorFlow may use, on the processors left to this process.
int threadsAllowed() {
  int allowed = kMostThreads;
  cpu_set_t processors;
  if (sched_getaffinity(0, sizeof processors, &processors) == 0) {
    allowed = std::min(allowed, CPU_COUNT(&processors));
  }
  const char* variable = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int asked = variable == nullptr ? 0 : std::atoi(variable);
  return asked > 0 ? std::min(allowed, asked) : allowed;
}

/// A piece of work, from which threads take shards until none is left.
struct Work {
  Work(const std::function<void(int64_t)>& shard, int64_t count) : shard(shard), count(count) {}
  const std::function<void(int64_t)>& shard;
  const int64_t count;
  std::atomic<int64_t> taken{0}, done{0};
  std::atomic<bool> hasFailed{false};
  std::exception_ptr failure; // of the first shard that fails, to be read when all are done

  /// True for the thread that did the last shard. What a shard throws waits for the others, which still
  /// use what its caller owns.
  bool take() {
    bool isLast = false;
    for (int64_t i = taken++; i < count; i = taken++) {
      try {
        shard(i);
      } catch (...) {
        if (!hasFailed.exchange(true)) failure = std::current_exception();
      }
      isLast = ++done == count;
    }
    return isLast;
  }
};

/// Threads that wait for work beside the one that brings it. That one does not wait for threads that come
/// too late for a shard: on a busy machine a thread may take longer to wake up than the work lasts.
class Threads {
 public:
  /// Made in the first operation, so that these threads inherit how TensorFlow has numbers rounded there:
  /// those next to zero to zero. Else the last digits would depend on the thread.
  Threads() {
    for (int i = threadsAllowed(); i > 1; i--) std::thread([this] { serve(); }).detach();
  }

  void run(int64_t count, const std::function<void(int64_t)>& shard) {
    const auto work = std::make_shared<Work>(shard, count);
    {
      std::lock_guard<std::mutex> lock(mutex_);
      newest_ = work;
      round_++;
    }
    begun_.notify_all();
    if (!work->take()) {
      std::unique_lock<std::mutex> lock(mutex_);
      done_.wait(lock, [&] { return work->done == count; });
    }
    if (work->failure != nullptr) std::rethrow_exception(work->failure);
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
