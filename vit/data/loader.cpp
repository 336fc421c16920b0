#include "vit/data/loader.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <set>
#include <thread>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/rng.h"
#include "vit/data/class_labels.h"

namespace vit {
namespace {

using Clock = std::chrono::steady_clock;

const LabelCollator kLabels;

/// Planes of an image of this size as [1, C, h, w].
torch::Tensor image_tensor(std::vector<float>& planes, Size2 size) {
  const auto channels = static_cast<std::int64_t>(planes.size()) / (size.height * size.width);
  return torch::from_blob(planes.data(), {1, channels, size.height, size.width}).clone();
}

}  // namespace

struct EpochLoader::State {
  /// What a worker is at; index -1: nothing.
  struct Reading {
    std::int64_t index = -1;
    Clock::time_point since{};
  };

  /// A batch that is being filled.
  struct Slot {
    Batch batch;
    std::shared_ptr<Annotations> annotations;
    std::vector<std::vector<float>> ragged;  // images that keep their shape, and their sizes
    std::vector<Size2> sizes;
    const Pipeline* pipeline = nullptr;  // of the size that this batch has
    std::vector<torch::Tensor> views;    // what the pipeline fills; the first one is batch.images
    std::size_t begin = 0, end = 0;      // in the order
    std::size_t started = 0, finished = 0;
    std::exception_ptr error;

    [[nodiscard]] std::size_t size() const { return end - begin; }
    [[nodiscard]] bool complete() const { return finished == size(); }
  };

  const Dataset& dataset;
  const Pipeline& all_sizes;
  const Collator& collator;
  std::vector<std::int64_t> order;
  std::int64_t epoch;
  LoaderOptions options;

  std::vector<std::int64_t> occurrence{};  // of each position: how often its sample came before
  std::set<std::int64_t> bad{};            // broken samples so far

  std::size_t next_begin = 0, end = 0;
  std::mutex mutex;
  std::condition_variable work_waits, batch_is_ready;
  std::deque<std::shared_ptr<Slot>> slots;
  bool stopping = false;
  bool stalled = false;  // a thread hangs in a system call, and cannot be waited for
  std::vector<Reading> reading{};
  std::mutex bad_mutex{};
  std::vector<std::thread> threads;

  void count_occurrences() {
    std::vector<std::int64_t> count(static_cast<std::size_t>(dataset.size()), 0);
    for (const std::int64_t index : order)
      occurrence.push_back(count[static_cast<std::size_t>(index)]++);
  }

  /// Throws where a worker has been reading one sample for too long. Needs the lock.
  void check_for_stalls() {
    for (const Reading& one : reading) {
      const std::chrono::duration<double> time = Clock::now() - one.since;
      if (one.index < 0 || time.count() < options.stall_timeout) continue;
      stalled = true;
      throw Error(
          ErrorKind::data, dataset.source(one.index),
          str("a worker has been reading this for ", static_cast<std::int64_t>(time.count()), " s"),
          "check the disk or the network file system, or raise data.stall_timeout");
    }
  }

  /// Waits until the batch is there. Needs the lock.
  void wait_for(const Slot& slot, std::unique_lock<std::mutex>& lock) {
    const auto ready = [&] { return slot.complete(); };
    if (options.stall_timeout <= 0) return batch_is_ready.wait(lock, ready);
    const auto pause = std::chrono::duration<double>(std::min(options.stall_timeout, 1.0));
    while (!batch_is_ready.wait_for(lock, pause, ready)) check_for_stalls();
  }

  /// Which batch of the epoch it is.
  [[nodiscard]] std::int64_t number_of(const Slot& slot) const {
    return static_cast<std::int64_t>(slot.begin) / options.batch_size;
  }

  /// Opens a new slot behind the others. Called by the consumer alone, so that workers never touch
  /// LibTorch's allocator. Needs the lock.
  void open_slot() {
    auto slot = std::make_shared<Slot>();
    slot->begin = next_begin;
    slot->end = std::min(next_begin + static_cast<std::size_t>(options.batch_size), end);
    next_begin = slot->end;
    const Pipeline& pipeline = *(slot->pipeline = &all_sizes.of_batch(epoch, number_of(*slot)));
    const auto size = static_cast<std::int64_t>(slot->size());
    const std::int64_t channels = pipeline.preprocessing().in_chans;
    const auto memory = torch::TensorOptions().pinned_memory(options.pin_memory);
    std::vector<torch::Tensor>& views = slot->views;
    const std::int64_t versions = slot->batch.versions = pipeline.versions();
    slot->batch.placements.resize(static_cast<std::size_t>(versions * size));
    if (pipeline.keeps_shape()) {
      slot->ragged.resize(static_cast<std::size_t>(size));
      slot->sizes.resize(static_cast<std::size_t>(size));
    } else if (versions > 1) {  // parts of one tensor
      const Size2& view = pipeline.preprocessing().img_size;
      slot->batch.images =
          torch::empty({versions * size, channels, view.height, view.width}, memory);
      views = slot->batch.images.chunk(versions);
    } else {
      for (const Size2& view : pipeline.view_sizes())
        views.push_back(torch::empty({size, channels, view.height, view.width}, memory));
      slot->batch.images = views[0];
      if (views.size() > 1) slot->batch.views = views;
    }
    slot->annotations =
        collator.allocate(versions * size, pipeline.preprocessing().img_size, memory);
    slot->batch.annotations = slot->annotations;
    slot->batch.indices = torch::empty({versions * size}, torch::kInt64);
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

  /// Counts a broken sample; throws its error where there are too many.
  void excuse(std::int64_t index, const Error& problem) {
    if (options.max_bad == 0) throw problem;
    const std::lock_guard lock(bad_mutex);
    if (!bad.insert(index).second) return;
    if (static_cast<std::int64_t>(bad.size()) > options.max_bad) {
      throw Error(ErrorKind::data, problem.where(),
                  str(problem.problem(), "; that makes more broken pictures than data.max_bad, ",
                      options.max_bad),
                  "`vit data check` lists all; mend or remove them, or raise data.max_bad");
    }
    log::warn(str(problem.where(), ": ", problem.problem(), "; another picture takes its place (",
                  bad.size(), " of at most ", options.max_bad, ")"));
  }

  /// Where all may be broken, the search for another must end by itself.
  void check_some_are_sound() {
    const std::lock_guard lock(bad_mutex);
    if (static_cast<std::int64_t>(bad.size()) < dataset.size()) return;
    throw Error(ErrorKind::data, dataset.source(0), "every picture of the data set is broken",
                "`vit data check` lists what is wrong");
  }

  /// A companion of another sample, decoded; where it is broken and may be, the next one.
  Sample read_companion(std::int64_t index, const Pipeline& pipeline) {
    for (;; index = (index + 1) % dataset.size()) {
      try {
        Sample sample = dataset.read(index);
        pipeline.decode_only(sample, epoch, index);
        return sample;
      } catch (const Error& problem) {
        if (problem.kind() != ErrorKind::data) throw;
        excuse(index, problem);
        check_some_are_sound();
      }
    }
  }

  /// Reads sample `index` into its place in a batch, augmented by the numbers of `draw`. False
  /// where it is broken and may be.
  bool put(std::int64_t index, std::int64_t draw, Slot& slot, std::size_t position) {
    std::vector<float*> views;
    for (const torch::Tensor& view : slot.views)
      views.push_back(view.data_ptr<float>() +
                      static_cast<std::int64_t>(position) * view.stride(0));
    const Pipeline& pipeline = *slot.pipeline;
    std::vector<Sample> companions;
    for (const std::int64_t other : pipeline.companions(dataset.size(), epoch, draw))
      companions.push_back(read_companion(other, pipeline));
    try {
      Sample sample = dataset.read(index);
      sample.companions = std::move(companions);
      if (slot.ragged.empty())
        pipeline.apply(sample, epoch, draw, views);
      else
        slot.sizes[position] = pipeline.apply_ragged(sample, slot.ragged[position]);
      const auto rows = static_cast<std::size_t>(slot.batch.size());
      for (std::size_t row = position; row < rows; row += slot.size()) {
        collator.put(*slot.annotations, static_cast<std::int64_t>(row), sample);
        slot.batch.indices.data_ptr<std::int64_t>()[row] = index;
        slot.batch.placements[row] = sample.placement;
      }
      return true;
    } catch (const Error& problem) {
      if (problem.kind() != ErrorKind::data) throw;
      excuse(index, problem);
      return false;
    }
  }

  void fill(Slot& slot, std::size_t position) {
    const std::size_t place = slot.begin + position;
    const std::int64_t index = order[place];
    // Copies of one sample draw other numbers: as if the data set went on behind its end.
    const std::int64_t draw = index + occurrence[place] * dataset.size();
    if (put(index, draw, slot, position)) return;
    // Another takes its place, which (epoch, index) alone chooses.
    Rng rng(static_cast<std::uint64_t>(draw), Stream::dataset, static_cast<std::uint64_t>(epoch));
    const auto size = static_cast<std::uint64_t>(dataset.size());
    while (!put(static_cast<std::int64_t>(rng.below(size)), draw, slot, position))
      check_some_are_sound();
  }

  void work(std::size_t worker) {
    std::unique_lock lock(mutex);
    for (;;) {
      std::size_t position = 0;
      std::shared_ptr<Slot> slot;
      work_waits.wait(lock, [&] { return stopping || (slot = claim(position)) != nullptr; });
      if (stopping) return;
      reading[worker] = {order[slot->begin + position], Clock::now()};
      lock.unlock();
      std::exception_ptr error;
      try {
        fill(*slot, position);
      } catch (...) {
        error = std::current_exception();
      }
      lock.lock();
      reading[worker].index = -1;
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
    : EpochLoader(dataset, pipeline, kLabels, std::move(order), epoch, options, first_batch) {}

EpochLoader::EpochLoader(const Dataset& dataset, const Pipeline& pipeline, const Collator& collator,
                         std::vector<std::int64_t> order, std::int64_t epoch,
                         const LoaderOptions& options, std::int64_t first_batch)
    : state_(new State{dataset, pipeline, collator, std::move(order), epoch, options}) {
  State& state = *state_;
  const auto samples = static_cast<std::int64_t>(state.order.size());
  state.end = static_cast<std::size_t>(
      std::min(samples, num_batches(samples, options) * options.batch_size));
  state.next_begin =
      std::min(static_cast<std::size_t>(first_batch * options.batch_size), state.end);
  state.count_occurrences();
  state.refill();
  state.reading.resize(static_cast<std::size_t>(std::max<std::int64_t>(options.workers, 0)));
  try {
    for (std::size_t i = 0; i < state.reading.size(); ++i)
      state.threads.emplace_back([shared = state_, i] { shared->work(i); });
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
  for (std::thread& thread : state_->threads) {
    if (state_->stalled)
      thread.detach();  // it holds its share of the state; the run ends with the error
    else
      thread.join();
  }
}

std::optional<Batch> EpochLoader::next() {
  State& state = *state_;
  std::unique_lock lock(state.mutex);
  if (state.slots.empty()) return std::nullopt;
  const std::shared_ptr<State::Slot> slot = state.slots.front();
  if (state.threads.empty()) {
    for (std::size_t i = 0; i < slot->size(); ++i) state.fill(*slot, i);
  } else {
    state.wait_for(*slot, lock);
  }
  state.slots.pop_front();
  state.refill();
  lock.unlock();
  state.work_waits.notify_all();
  if (slot->error) std::rethrow_exception(slot->error);
  for (std::size_t i = 0; i < slot->ragged.size(); ++i)
    slot->batch.ragged.push_back(image_tensor(slot->ragged[i], slot->sizes[i]));
  state.collator.finish(slot->batch, state.epoch, state.number_of(*slot));
  return slot->batch;
}

Batch single_batch(Sample sample, const Pipeline& pipeline) {
  const InputSpec& input = pipeline.preprocessing();
  Batch batch{.images = {}, .indices = torch::zeros({1}, torch::kInt64), .annotations = nullptr};
  if (pipeline.keeps_shape()) {
    std::vector<float> planes;
    const Size2 size = pipeline.apply_ragged(sample, planes);
    batch.ragged = {image_tensor(planes, size)};
  } else {
    batch.images = torch::empty({1, input.in_chans, input.img_size.height, input.img_size.width});
    pipeline.apply(sample, 0, 0, batch.images.data_ptr<float>());
  }
  batch.placements = {sample.placement};
  return batch;
}

}  // namespace vit
