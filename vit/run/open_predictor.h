#pragma once

#include <optional>

#include "vit/run/open_model.h"

namespace vit {

/// A model that predicts, wherever it came from; its weights are on the device, and it is in
/// evaluation mode.
struct OpenedPredictor {
  std::filesystem::path source;  ///< the file that was opened
  c10::Device device = c10::kCPU;
  TaskSpec task;
  std::unique_ptr<Predictor> predictor;
  std::shared_ptr<ImageModel> model;  ///< null: an exported file
  std::shared_ptr<Task> of_task;      ///< whose network the predictor computes with; null as well
  Graph images, texts;                ///< what the predictor is made of; `texts` may be null
  TextEmbedder embed_texts;           ///< null: the model reads no texts
  InputSpec preprocessing;
  DecodePolicy decoding;
  std::vector<std::string> labels;
  /// What the model was trained by, or made for; nothing for an exported model.
  std::optional<Experiment> experiment;
  bool trained_here = true;  ///< not weights of elsewhere

  /// Makes the predictor, and what embeds texts, anew by the task and the labels as they are now.
  void make_predictor(const PredictOptions& options);
  [[nodiscard]] Pipeline pipeline() const { return Pipeline::evaluation(preprocessing, decoding); }
};

/// Which model is meant: a run directory, a checkpoint, an exported model, or weights of any known
/// format and naming (a file or a folder); the last also by a name of `vit models`.
struct PredictorRequest {
  std::string path;
  std::string model = {};              ///< "": what `path` says it is
  std::vector<std::string> sets = {};  ///< keys of the experiment that are changed
  PredictOptions options = {};
};

/// Opens it. Throws Error (weights) where the file is none of these, or has no classifier; Error
/// (usage) where a key is set that an exported model has fixed.
[[nodiscard]] OpenedPredictor open_predictor(const PredictorRequest& request, c10::Device device);

/// Predicts a sample, whose image may still be encoded. Throws Error (data) where it cannot be
/// decoded.
[[nodiscard]] Prediction predict_image(const OpenedPredictor& opened, Sample sample,
                                       c10::Device device);

}  // namespace vit
