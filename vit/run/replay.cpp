#include "vit/run/replay.h"

#include <atomic>
#include <optional>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/run/built_experiment.h"
#include "vit/run/resume.h"

namespace vit {
namespace {

/// Stops the run once it has seen one update.
class ReplayObserver final : public Observer {
 public:
  explicit ReplayObserver(std::int64_t update) : update_(update) {}
  void on_update(const UpdateEvent& event) override {
    if (event.update < update_) return;
    if (event.update == update_) seen = event;
    stop = true;
  }
  std::optional<UpdateEvent> seen;
  std::atomic<bool> stop{false};

 private:
  std::int64_t update_;
};

}  // namespace

ReplayedUpdate replay_update(const std::filesystem::path& run, std::int64_t update,
                             const std::vector<std::string>& sets) {
  const RunDirectory directory(run);
  BuiltExperiment built(load_experiment(directory.config(), sets));
  TrainingState state;
  if (const auto from = checkpoint_before(directory, update)) {
    restore_checkpoint(from->path, built.task->network(), *built.optimizer, built.ema());
    state = from->info.state;
    log::info(str("from ", from->path.string(), ", update ", state.update));
  }
  ReplayObserver watcher(update);
  TrainingHooks hooks;
  hooks.stop = &watcher.stop;
  hooks.observers = {&watcher};
  hooks.save = [](CheckpointKind, const TrainingState&) {};
  hooks.roll_back = [] { return false; };
  built.task->prepare(nullptr);
  TrainingParts all = built.parts();
  try {
    train(all, state, hooks);
  } catch (const Error& problem) {
    if (problem.kind() != ErrorKind::numerical || !watcher.seen) throw;
  }
  if (!watcher.seen)
    throw Error(ErrorKind::usage, directory.root().string(), str("the run has no update ", update),
                "updates count from 0");
  ReplayedUpdate replayed{*watcher.seen, {}};
  for (const std::int64_t index : replayed.event.samples)
    replayed.sources.push_back(built.data.train->source(index));
  return replayed;
}

}  // namespace vit
