#include "vit/data/loader.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "vit/core/error.h"

namespace vit {
namespace {

/// A batch that is being filled.
struct Slot {
  Batch batch;
  std::size_t begin = 0, end = 0;  // in the order
  std::size_t started = 0, finished = 0;
  std::exception_ptr error;

  [[nodiscard]] std::size_t size() const { return end - begin; }
  [[nodiscard]] bool complete() const { return finished == size(); }
};

}  // namespace

struct EpochLoader::State {
  const Dataset& dataset;
  const Pipeline& pipeline;
  std::vector<std::int64_t> order;
  std::int64_t epoch;
  LoaderOptions options;

  std::size_t next_begin = 0, end = 0;
  std::mutex mutex;
  std::condition_variable work_waits, batch_is_ready;
  std::deque<std::shared_ptr<Slot>> slots;
  bool stopping = false;
  std::vector<std::thread> threads;

  /// Opens a new slot behind the others. Called by the consumer alone, so that workers never touch
  /// LibTorch's allocator. Needs the lock.
  void open_slot() {
    auto slot = std::make_shared<Slot>();
    slot->begin = next_begin;
    slot->end = std::min(next_begin + static_cast<std::size_t>(options.batch_size), end);
    next_begin = slot->end;
    const auto size = static_cast<std::int64_t>(slot->size());
    const Preprocessing& input = pipeline.preprocessing();
    slot->batch.images =
        torch::empty({size, input.in_chans, input.img_size.height, input.img_size.width});
    slot->batch.labels = torch::empty({size}, torch::kInt64);
    slot->batch.indices = torch::empty({size}, torch::kInt64);
    slots.push_back(std::move(slot));
  }

  void refill() {
    while (next_begin < end &&
           slots.size() < static_cast<std::size_t>(std::max<std::int64_t>(options.prefetch, 1)))
      open_slot();
  }

  /// Claims one sample of the first slot that has any left: its position in the slot.
  std::shared_ptr<Slot> claim(std::size_t& position) {
    for (const auto& slot : slots)
      if (slot->started < slot->size()) {
        position = slot->started++;
        return slot;
      }
    return nullptr;
  }

  void fill(Slot& slot, std::size_t position) {
    const std::int64_t index = order[slot.begin + position];
    Sample sample = dataset.get(index);
    slot.batch.labels.data_ptr<std::int64_t>()[position] = sample.label;
    slot.batch.indices.data_ptr<std::int64_t>()[position] = index;
    const auto floats = static_cast<std::size_t>(slot.batch.images.stride(0));
    pipeline.apply(sample, epoch, index, slot.batch.images.data_ptr<float>() + position * floats);
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      std::size_t position = 0;
      std::shared_ptr<Slot> slot;
      work_waits.wait(lock, [&] { return stopping || (slot = claim(position)) != nullptr; });
      if (stopping) return;
      lock.unlock();
      std::exception_ptr error;
      try {
        fill(*slot, position);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      if (error && !slot->error) slot->error = error;
      ++slot->finished;
      if (slot->complete()) batch_is_ready.notify_all();
    }
  }
};

std::int64_t EpochLoader::num_batches(std::int64_t samples, const LoaderOptions& options) {
  return options.drop_last ? samples / options.batch_size
                           : (samples + options.batch_size - 1) / options.batch_size;
}

EpochLoader::EpochLoader(const Dataset& dataset, const Pipeline& pipeline,
                         std::vector<std::int64_t> order, std::int64_t epoch,
                         const LoaderOptions& options, std::int64_t first_batch)
    : state_(new State{dataset, pipeline, std::move(order), epoch, options}) {
  State& state = *state_;
  const auto samples = static_cast<std::int64_t>(state.order.size());
  state.end = static_cast<std::size_t>(
      std::min(samples, num_batches(samples, options) * options.batch_size));
  state.next_begin =
      std::min(static_cast<std::size_t>(first_batch * options.batch_size), state.end);
  state.refill();
  try {
    for (std::int64_t i = 0; i < options.workers; ++i)
      state.threads.emplace_back([&state] { state.work(); });
  } catch (const std::system_error& problem) {
    if (state.threads.empty())
      throw Error(ErrorKind::resource, "data.workers",
                  str("cannot start a thread: ", problem.what()),
                  "set data.workers: 0, or raise the limit (ulimit -u)");
  }
}

EpochLoader::~EpochLoader() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->work_waits.notify_all();
  for (std::thread& thread : state_->threads) thread.join();
}

std::optional<Batch> EpochLoader::next() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (state.slots.empty()) return std::nullopt;
  const std::shared_ptr<Slot> slot = state.slots.front();
  if (state.threads.empty()) {
    for (std::size_t i = 0; i < slot->size(); ++i) state.fill(*slot, i);
  } else {
    state.batch_is_ready.wait(lock, [&] { return slot->complete(); });
  }
  state.slots.pop_front();
  state.refill();
  lock.unlock();
  state.work_waits.notify_all();
  if (slot->error) std::rethrow_exception(slot->error);
  return slot->batch;
}

}  // namespace vit
