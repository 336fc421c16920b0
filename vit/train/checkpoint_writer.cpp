#include "vit/train/checkpoint_writer.h"

#include <torch/utils.h>

#include <cstring>
#include <system_error>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/linked_file.h"
#include "vit/train/step_timer.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

NamedTensors detached(const NamedTensors& tensors) {
  NamedTensors all;
  for (const auto& [name, tensor] : tensors) all.emplace_back(name, tensor.detach());
  return all;
}

/// Memory for a copy of `tensors`: what is there in `spare` where it fits.
NamedTensors room_for(const NamedTensors& tensors, NamedTensors spare) {
  spare.resize(tensors.size());
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    auto& [name, room] = spare[i];
    const torch::Tensor& tensor = tensors[i].second;
    name = tensors[i].first;
    if (!room.defined() || room.sizes() != tensor.sizes() ||
        room.scalar_type() != tensor.scalar_type())
      room = torch::empty(tensor.sizes(), tensor.options().device(torch::kCPU));
  }
  return spare;
}

/// Plain copies by the calling thread alone, where that is possible: the others compute.
void copy(const NamedTensors& from, const NamedTensors& to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    const torch::Tensor &source = from[i].second, &target = to[i].second;
    if (source.is_cpu() && source.is_contiguous() && source.nbytes() > 0)
      std::memcpy(target.data_ptr(), source.const_data_ptr(), source.nbytes());
    else
      target.copy_(source);
  }
}

}  // namespace

CheckpointWriter::CheckpointWriter(RunDirectory directory, const Options& options,
                                   std::optional<std::int64_t> last_update)
    : directory_(std::move(directory)), options_(options), last_update_(last_update) {
  if (options_.background) thread_ = std::thread([this] { work(); });
}

CheckpointWriter::~CheckpointWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CheckpointWriter::wait(std::unique_lock<std::mutex>& lock) {
  changed_.wait(lock, [&] { return !job_ && !writing_; });
}

void CheckpointWriter::save(CheckpointKind kind, const NamedTensors& tensors, CheckpointInfo info) {
  const Stopwatch held;
  std::unique_lock lock(mutex_);
  wait(lock);
  live_ = detached(tensors);
  Job job{kind, room_for(live_, std::move(spare_)), std::move(info)};
  ++cost_.count;
  if (options_.background) {
    job_ = std::move(job);
    copying_ = true;
    cost_.held += held.seconds();
    lock.unlock();
    changed_.notify_all();
    return;
  }
  lock.unlock();
  copy(live_, job.tensors);
  write(std::move(job));
  lock.lock();
  cost_.held += held.seconds();
}

void CheckpointWriter::settle() {
  const Stopwatch held;
  std::unique_lock lock(mutex_);
  if (!copying_ && !copy_failure_) return;
  changed_.wait(lock, [&] { return !copying_; });
  cost_.held += held.seconds();
  rethrow_copy_failure();
}

void CheckpointWriter::rethrow_copy_failure() {
  if (copy_failure_) std::rethrow_exception(std::exchange(copy_failure_, nullptr));
}

void CheckpointWriter::finish() {
  {
    std::unique_lock lock(mutex_);
    wait(lock);
    rethrow_copy_failure();
  }
  if (owed_.empty()) return;
  Job newest = std::move(owed_.back());
  owed_.pop_back();
  write(std::move(newest));
  if (!owed_.empty()) std::rethrow_exception(failure_);
}

std::optional<std::string> CheckpointWriter::take_failure() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(failure_is_new_, false)) return std::nullopt;
  try {
    std::rethrow_exception(failure_);
  } catch (const std::exception& problem) {
    return problem.what();
  }
}

CheckpointWriter::Cost CheckpointWriter::cost() const {
  const std::lock_guard lock(mutex_);
  return cost_;
}

void CheckpointWriter::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stopping_ || job_; });
    if (!job_) return;
    Job job = *std::exchange(job_, std::nullopt);
    const NamedTensors live = std::exchange(live_, {});
    writing_ = true;
    lock.unlock();
    const Stopwatch time;
    std::exception_ptr failure;
    try {
      copy(live, job.tensors);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    cost_.written += time.seconds();
    copying_ = false;
    copy_failure_ = failure;
    lock.unlock();
    changed_.notify_all();
    if (!failure) write(std::move(job));
    lock.lock();
    writing_ = false;
    changed_.notify_all();
  }
}

void CheckpointWriter::write(Job job) {
  const Stopwatch time;
  std::exception_ptr failure;
  try {
    forget_superseded(job);
    for (; !owed_.empty(); owed_.erase(owed_.begin())) put(owed_.front());
    put(job);
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  cost_.written += time.seconds();
  failure_ = failure;
  failure_is_new_ = failure_is_new_ || failure;
  if (failure)
    owed_.push_back(std::move(job));
  else
    spare_ = std::move(job.tensors);
}

/// Of what is owed, only the best weights matter still when a newer `last` comes, and none when
/// newer best weights do.
void CheckpointWriter::forget_superseded(const Job& job) {
  if (job.kind == CheckpointKind::best) {
    std::erase_if(owed_, [](const Job& old) { return old.kind == CheckpointKind::best; });
    for (Job& old : owed_) old.kind = CheckpointKind::last;
    return;
  }
  std::erase_if(owed_, [&](const Job& old) {
    return old.kind == CheckpointKind::last || job.kind == CheckpointKind::last_and_best;
  });
  for (Job& old : owed_) old.kind = CheckpointKind::best;
}

void CheckpointWriter::put(const Job& job) {
  const fs::path last = directory_.last_checkpoint(), best = directory_.best_checkpoint();
  if (job.kind == CheckpointKind::last) {
    keep_old_last();
    write_checkpoint(last, job.tensors, job.info);
  } else {
    // The best one first: a process killed in between then writes it once more, and the same.
    write_checkpoint(best, job.tensors, job.info);
    if (job.kind == CheckpointKind::best) return;
    keep_old_last();
    link_file_atomically(best, last);
  }
  last_update_ = job.info.state.update;
  remove_oldest();
}

void CheckpointWriter::keep_old_last() {
  if (options_.keep == 0 || !last_update_) return;
  std::error_code error;
  const fs::path kept = directory_.kept_checkpoint(*last_update_);
  if (!fs::exists(kept, error)) link_file_atomically(directory_.last_checkpoint(), kept);
}

void CheckpointWriter::remove_oldest() {
  std::error_code ignored;
  const std::vector<fs::path> kept = directory_.kept_checkpoints();
  for (std::size_t i = static_cast<std::size_t>(options_.keep); i < kept.size(); ++i)
    fs::remove(kept[i], ignored);
}

}  // namespace vit
