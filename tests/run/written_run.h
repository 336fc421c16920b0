#pragma once

#include <string>
#include <utility>

#include "tests/io/scratch.h"
#include "vit/run/run_record.h"

namespace vit::test {

/// What a run of two metrics leaves, without the run: `top1`, whose larger values are the better
/// ones, and `loss`.
struct WrittenRun {
  WrittenRun(const std::filesystem::path& folder, const std::string& name)
      : directory(folder / name) {
    std::filesystem::create_directories(directory.last_checkpoint().parent_path());
    put(directory.config(), "optim:\n  lr: 0.001\n");
    record.task = "classify";
    record.model = "vit_tiny";
    record.data = "shapes";
    record.epochs = 3;
    record.metrics = {{.name = "top1", .percent = true},
                      {.name = "loss", .better = Better::smaller}};
    save();
    put(directory.summary(),
        "epoch,eval_loss,eval_top1,time_s\n1,2.5,10,1.5\n2,1.5,30,1.5\n3,2,20,1.5\n4,9,9");
  }
  void save() const { write_run_record(directory, record); }
  void done() const { put(directory.done(), ""); }

  RunDirectory directory;
  RunRecord record;
};

}  // namespace vit::test
