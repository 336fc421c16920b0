#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/io/scratch.h"
#include "vit/core/log.h"
#include "vit/run/run.h"

namespace vit::test {

/// A folder with a small experiment, and quiet meanwhile.
struct Bench {
  Bench() {
    log::set_console_level(log::Level::off);
    put(folder / "small.yaml",
        "data: {image_size: 16, num_train: 32, num_val: 16, batch_size: 8, workers: 0}\n"
        "augment: {train: [resize, hflip]}\n"
        "model: {name: vit_tiny_patch16_224, img_size: 8, patch_size: 4, embed_dim: 8, depth: 1,\n"
        "        num_heads: 2}\n"
        "schedule: {epochs: 3, warmup_epochs: 0}\n"
        "train: {device: cpu, threads: 1}\n"
        "export: {torchscript: false}\n");
  }
  ~Bench() { log::set_console_level(log::Level::info); }

  RunResult run(const std::string& output, const std::string& resume = "",
                std::vector<Observer*> observers = {}, const std::atomic<bool>* stop = nullptr,
                const std::vector<std::string>& sets = {}) {
    RunRequest request;
    request.experiment = folder / "small.yaml";
    request.output = folder / output;
    request.sets = sets;
    request.allow_change = !sets.empty();
    if (!resume.empty()) request.resume = resume;
    return run_experiment(request, observers, stop);
  }

  ScratchFolder folder;
};

/// The working folder, beside which features and logits are kept, while the object lives.
struct WorkingFolder {
  explicit WorkingFolder(const std::filesystem::path& folder)
      : before(std::filesystem::current_path()) {
    std::filesystem::current_path(folder);
  }
  ~WorkingFolder() { std::filesystem::current_path(before); }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;
  std::filesystem::path before;
};

}  // namespace vit::test
