#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/augment/pipeline.h"
#include "vit/data/dataset.h"
#include "vit/run/open_predictor.h"

namespace vit {

/// What is to be evaluated: a run directory, checkpoint, exported model, weights of elsewhere, or
/// an experiment file; `weights` in place of its own. With `model`, a name of `vit models`, the
/// weights alone are enough.
struct SubjectRequest {
  std::string what, weights, model;
  std::vector<std::string> sets;
  PredictOptions options = {};
  bool zero_shot = false;  ///< by sentences about the data's classes, of which it has learned none
};

/// A model, the data that it is evaluated on, and how.
struct EvaluationSubject {
  std::string weights;  ///< the file
  Experiment experiment;
  OpenedPredictor opened;  ///< on the device
  c10::Device device = c10::kCPU;
  std::unique_ptr<Dataset> data;  ///< labels are the model's outputs
};

/// Opens all of it; of the data, only what validation reads. Throws Error (usage) where the request
/// does not say which weights or which data, Error (data) where the data has classes that the model
/// does not know, Error (weights).
[[nodiscard]] EvaluationSubject open_subject(const SubjectRequest& request);

/// Evaluates it, forward passes computed in `dtype`.
[[nodiscard]] std::unique_ptr<Evaluation> evaluate(const EvaluationSubject& subject,
                                                   const std::string& dtype);

}  // namespace vit
