#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "vit/train/checkpoint.h"
#include "vit/train/run_directory.h"
#include "vit/train/trainer.h"

namespace vit {

/// Writes a run's checkpoints while training goes on: a thread copies everything, then puts the
/// files in place one after the other, in the order of the calls of save(). Training may compute
/// with the weights at once, and asks settle() before it changes them, which has little to wait
/// for: a forward and a backward pass take longer than the copy. `best` and `last` of the same
/// moment share their bytes (a hard link). What was `last` before is kept under its update's
/// number, the newest `keep` of them.
class CheckpointWriter {
 public:
  struct Options {
    std::int64_t keep = 1;
    bool background = true;  ///< false: save() returns when the file is there
  };
  /// `last_update`: of the weights in the `last` that is there, if it is sound.
  CheckpointWriter(RunDirectory directory, const Options& options,
                   std::optional<std::int64_t> last_update = {});
  ~CheckpointWriter();
  CheckpointWriter(const CheckpointWriter&) = delete;
  CheckpointWriter& operator=(const CheckpointWriter&) = delete;

  /// Waits for the write before it, if that is still under way. The tensors must stay as they are
  /// until settle() has returned.
  void save(CheckpointKind kind, const NamedTensors& tensors, CheckpointInfo info);
  /// Waits until what save() was given is copied.
  void settle();
  /// Waits until everything is on the disk, and tries again what has failed. Throws where it still
  /// does.
  void finish();
  /// The message of a write that failed (a full disk) since the last call, if any.
  [[nodiscard]] std::optional<std::string> take_failure();

  /// What saving has cost so far, in seconds: of the training thread, and of the copies and writes.
  struct Cost {
    double held = 0, written = 0;
    std::int64_t count = 0;
  };
  [[nodiscard]] Cost cost() const;

 private:
  struct Job {
    CheckpointKind kind = CheckpointKind::last;
    NamedTensors tensors;  ///< copies, or room for them
    CheckpointInfo info;
    [[nodiscard]] bool has_best() const { return kind != CheckpointKind::last; }
  };

  void work();
  void write(Job job);
  void put(const Job& job);
  void forget_superseded(const Job& job);
  void keep_old_last();
  void remove_oldest();
  void wait(std::unique_lock<std::mutex>& lock);
  void rethrow_copy_failure();

  RunDirectory directory_;
  Options options_;
  // Of whoever writes:
  std::optional<std::int64_t> last_update_;  // of the weights in `last`, as far as it is known
  std::vector<Job> owed_;                    // what could not be written

  // Of both threads, under the lock:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Job> job_;  // waits for its write
  NamedTensors live_;       // what training works on, of which the job is to have copies
  bool writing_ = false, copying_ = false;
  NamedTensors spare_;  // memory of the last snapshot, for the next one
  std::exception_ptr failure_, copy_failure_;
  bool failure_is_new_ = false, stopping_ = false;
  Cost cost_;
  std::thread thread_;
};

}  // namespace vit
