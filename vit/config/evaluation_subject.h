#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/augment/pipeline.h"
#include "vit/config/predictor.h"
#include "vit/data/dataset.h"

namespace vit {

/// What is to be evaluated: a run directory, checkpoint, exported model, weights of elsewhere, or
/// an experiment file; `weights` in place of its own. With `model`, a name of `vit models`, the
/// weights alone are enough.
struct SubjectRequest {
  std::string what, weights, model;
  std::vector<std::string> sets;
};

/// A model, the data that it is evaluated on, and how.
struct EvaluationSubject {
  std::string weights;  ///< the file
  Experiment experiment;
  Preprocessing preprocessing;
  std::shared_ptr<ImageModel> model;
  c10::Device device = c10::kCPU;
  std::unique_ptr<Dataset> data;  ///< labels are the model's outputs

  [[nodiscard]] Pipeline pipeline() const;
};

/// Opens all of it; of the data, only what validation reads. Throws Error (usage) where the request
/// does not say which weights or which data, Error (data) where the data has classes that the model
/// does not know, Error (weights).
[[nodiscard]] EvaluationSubject open_subject(const SubjectRequest& request);

}  // namespace vit
