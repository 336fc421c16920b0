#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/image/input_spec.h"
#include "vit/tasks/detect/detector.h"
#include "vit/tasks/detect/evaluation.h"

namespace vit {

/// The evaluation of a detector that is at hand: its report also shows which query took which
/// object of the first images, and what the objects of the training images look like.
class WatchedEvaluation final : public Evaluation {
 public:
  /// `learned`: the data set that it was trained on, or null.
  WatchedEvaluation(DetectEvaluation evaluation, std::vector<std::string> classes,
                    std::shared_ptr<Detector> detector, InputSpec input, const Dataset* learned)
      : classes_(std::move(classes)),
        evaluation_(std::move(evaluation)),
        detector_(std::move(detector)),
        input_(std::move(input)),
        learned_(learned) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override {
    evaluation_.merge(dynamic_cast<const WatchedEvaluation&>(other).evaluation_);
  }
  [[nodiscard]] Metrics metrics() const override { return evaluation_.metrics(); }
  [[nodiscard]] std::optional<Headline> headline() const override { return evaluation_.headline(); }
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;

 private:
  std::vector<std::string> classes_;
  DetectEvaluation evaluation_;
  std::shared_ptr<Detector> detector_;
  InputSpec input_;
  const Dataset* learned_;
  // The first images with what is in them, in their own pixels.
  torch::Tensor images_;
  std::vector<ObjectTargets> targets_;
  std::vector<std::string> sources_;
};

/// Objects as tensors on a device, of an input of this size; `placement`, where there is one, moves
/// them from the file to the input. Those without area there are left out, and so are those of
/// whose mask nothing is seen. Masks are known where all objects have some.
[[nodiscard]] ObjectTargets targets_of(const std::vector<Box>& objects, Size2 size,
                                       torch::Device device, const Placement* placement = nullptr);

}  // namespace vit
