#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "vit/report/events.h"

namespace vit::test {

/// Asks the run to stop after a number of batches, and remembers what it was told.
struct StopAfter : Observer {
  explicit StopAfter(std::int64_t batches) : left(batches) {}
  void on_batch(const BatchEvent&) override {
    if (--left == 0) stop = true;
  }
  void on_epoch(const EpochEvent& event) override { epochs.push_back(event); }
  std::int64_t left;
  std::atomic<bool> stop{false};
  std::vector<EpochEvent> epochs;
};

}  // namespace vit::test
