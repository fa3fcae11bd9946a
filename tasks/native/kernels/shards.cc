#include "shards.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

/// Threads that wait for work beside the one that brings it. One piece of work at a time.
class Threads {
 public:
  Threads() {
    const unsigned processors = std::thread::hardware_concurrency();
    for (unsigned i = 1; i < processors; i++) std::thread([this] { serve(); }).detach();
    others_ = processors < 2 ? 0 : processors - 1;
  }

  void run(int64_t count, const std::function<void(int64_t)>& work) {
    std::unique_lock<std::mutex> turn(turn_, std::try_to_lock);
    if (count < 2 || others_ == 0 || !turn.owns_lock()) { // another thread has them: alone, then
      for (int64_t shard = 0; shard < count; shard++) work(shard);
      return;
    }
    {
      std::lock_guard<std::mutex> lock(mutex_);
      work_ = &work;
      count_ = count;
      next_ = 0;
      busy_ = others_;
      round_++;
    }
    begun_.notify_all();
    take(work, count);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
  }

 private:
  void take(const std::function<void(int64_t)>& work, int64_t count) {
    for (int64_t shard = next_++; shard < count; shard = next_++) work(shard);
  }

  void serve() {
    uint64_t served = 0;
    for (;;) {
      std::unique_lock<std::mutex> lock(mutex_);
      begun_.wait(lock, [&] { return round_ != served; });
      served = round_;
      const auto* work = work_;
      const int64_t count = count_;
      lock.unlock();
      take(*work, count);
      lock.lock();
      if (--busy_ == 0) done_.notify_one();
    }
  }

  std::mutex turn_, mutex_;
  std::condition_variable begun_, done_;
  const std::function<void(int64_t)>* work_ = nullptr;
  int64_t count_ = 0;
  std::atomic<int64_t> next_{0};
  unsigned others_ = 0, busy_ = 0;
  uint64_t round_ = 0;
};

}  // namespace

void inShards(int64_t count, const std::function<void(int64_t)>& work) {
  static Threads& threads = *new Threads; // never destroyed: its threads outlive main()
  threads.run(count, work);
}
