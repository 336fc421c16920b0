#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vit/augment/options.h"
#include "vit/augment/pipeline.h"
#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/data/dataset.h"
#include "vit/data/loader.h"
#include "vit/data/sample_parts.h"
#include "vit/image/input_spec.h"
#include "vit/models/registry.h"
#include "vit/train/task.h"
#include "vit/weights/recognise.h"

namespace vit {

/// A model that was opened to be used beside the one that learns, and the pixels it was made for.
struct OpenedModel {
  std::shared_ptr<ImageModel> model;
  InputSpec input;
};

/// Where features of a data set are kept between runs, and all that they depend on.
struct FeatureFile {
  std::filesystem::path path;
  std::string key;
};

/// What a task that is to be trained may look at. All of it outlives the task.
struct TrainingContext {
  const Dataset& train_data;
  const Dataset& val_data;
  AugmentOptions augment;
  DecodePolicy decoding;
  LoaderOptions loader;
  std::int64_t epochs = 1, updates_per_epoch = 1;  ///< of the whole run: for schedules of its own
  std::string amp;
  /// Opens weights: of the model that `name` says, or of what they say themselves ("auto"); for
  /// images of this size and these classes where they are not a run's own.
  std::function<OpenedModel(const std::string& name, const std::string& weights, Size2 img_size,
                            std::int64_t num_classes)>
      open_model;
  /// The file for the features that `body` makes of the data, `what` being which of them.
  std::function<FeatureFile(ImageModel& body, const std::string& what)> feature_file;
};

/// What a task is made from.
struct TaskContext {
  std::shared_ptr<ImageModel> model;  ///< that it builds on, with its weights, on the device
  ModelSpec spec;                     ///< what that was made from
  InputSpec input;
  std::vector<std::string> classes;
  std::uint64_t seed = 0;
  c10::Device device = c10::kCPU;
  const TrainingContext* training = nullptr;  ///< null: it is not to be trained
};

/// What batches are made for.
struct CollatorContext {
  std::int64_t num_classes = 0;
  MixupOptions mixup{};
  std::uint64_t seed = 0;
};

inline constexpr std::int64_t kMostPredictedViews = 10;

/// How an image is predicted.
struct PredictOptions {
  std::int64_t views = 1;  ///< of each image, averaged: test-time augmentation; up to 10
  /// Of tasks that take_labels: what images are compared with, instead of classes; {}: the classes.
  std::vector<std::string> labels{};
  /// Whether predictions are to say how they came to be, where a network is there to be asked.
  bool explained = false;
};

/// How a prediction is told.
struct TellOptions {
  std::vector<std::string> classes;
  std::int64_t topk = 5;
  bool unicode = false;
  std::filesystem::path image;   ///< that it is of
  std::string name;              ///< of files about it, without their ending
  std::filesystem::path folder;  ///< for what does not fit into a line, as masks; "": none
};

/// Writes what was predicted of many images into files of other programs' formats.
class PredictionWriter {
 public:
  virtual ~PredictionWriter() = default;
  virtual void add(const Prediction& prediction, const TellOptions& options) = 0;
  /// After the last image.
  virtual void finish() = 0;
};

/// An option of the experiment that has no say, or that cannot be honoured, and why.
struct OptionRule {
  std::string pattern;  ///< keys, in which `*` stands for any text
  std::string why;
  std::string only_value = {};  ///< the rule holds for this value alone; "": for all
};

/// Texts -> [T, E] float32 on the CPU, of length 1: an inner product with an ImageText's image says
/// how alike they are.
using TextEmbedder = std::function<torch::Tensor(const std::vector<std::string>& texts)>;

/// A task of an experiment with its options: everything that is peculiar to it is reached from
/// here. A new task is one folder and one line in tasks/registry.cpp.
class TaskConfig {
 public:
  virtual ~TaskConfig() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<TaskConfig> clone() const = 0;
  /// Its options, in the section `task` of an experiment.
  virtual void describe(FieldVisitor& visitor) = 0;

  /// What every sample must hold.
  [[nodiscard]] virtual SampleParts needs() const = 0;
  /// What its outputs are called.
  [[nodiscard]] virtual const std::vector<std::string>& classes(const Dataset& data) const {
    return data.classes();
  }
  /// Changes what the model is fed where the user has not said how: `given` says of a key of data.*
  /// whether he has.
  virtual void adapt(InputSpec& /*input*/,
                     const std::function<bool(std::string_view key)>& /*given*/) const {}
  /// Changes how training images are varied for this model where the task needs something else.
  virtual void adapt_augment(AugmentOptions& /*augment*/, const ModelSpec& /*model*/) const {}
  /// Whether these are weights of the whole network, and not of the model that it builds on alone.
  [[nodiscard]] virtual bool owns(const std::filesystem::path& /*weights*/) const { return false; }
  /// The model that it builds on, of weights of its own whose names no model of images has; nothing
  /// where vit::recognise knows them. `image`: as there.
  [[nodiscard]] virtual std::optional<Recognised> recognise(const WeightsFile& /*weights*/,
                                                            std::optional<Size2> /*image*/) const {
    return std::nullopt;
  }
  /// Reads what the weights of its own say of the classes and of its options.
  virtual void take_from(const std::filesystem::path& /*weights*/, ModelSpec& /*spec*/) {}
  /// The model that it builds on, of what model.* says: with another head, or none.
  [[nodiscard]] virtual ModelSpec model(const ModelSpec& spec) const { return spec; }
  /// Throws Error (data) where the training data hold nothing that it could learn from.
  virtual void check_data(const Dataset& /*train*/) const {}
  /// Learns from the training data what its network and its collator are made by, such as a
  /// vocabulary, where that is not known yet: it becomes an option.
  virtual void learn_from(const Dataset& /*data*/) {}
  /// Versions of each sample that its loss compares, see Pipeline.
  [[nodiscard]] virtual std::int64_t versions() const { return 1; }
  /// What boxes and masks are laid on in an evaluation.
  [[nodiscard]] virtual AnnotationFrame evaluated_in() const { return AnnotationFrame::input; }
  /// Parameters that do not learn, in the words of train.freeze.
  [[nodiscard]] virtual std::vector<std::string> frozen(const Network& /*network*/) const {
    return {};
  }
  /// Options of the experiment that it cannot honour, which are refused where they are set.
  [[nodiscard]] virtual std::vector<OptionRule> refused() const { return {}; }
  /// Its own options that have no say beside the others (their keys without `task.`).
  [[nodiscard]] virtual std::vector<OptionRule> unread() const { return {}; }

  [[nodiscard]] virtual std::unique_ptr<Task> make(const TaskContext& context) const = 0;

  // What an exported file is used by, without a network: the task of a network uses the same.
  [[nodiscard]] virtual std::unique_ptr<Predictor> predictor(
      Graph graph, const InputSpec& input, const std::vector<std::string>& classes,
      const PredictOptions& options) const = 0;
  /// The same where texts are computed too: token ids [B, L] -> what a method `encode_text` of the
  /// exported graph makes of them. Null: there is none.
  [[nodiscard]] virtual std::unique_ptr<Predictor> predictor_with_texts(
      Graph graph, Graph /*texts*/, const InputSpec& input, const std::vector<std::string>& classes,
      const PredictOptions& options) const {
    return predictor(std::move(graph), input, classes, options);
  }
  /// What texts are compared with images by, made by the same method. Null: it embeds no texts.
  [[nodiscard]] virtual TextEmbedder text_embedder(Graph /*texts*/) const { return nullptr; }
  [[nodiscard]] virtual std::unique_ptr<Evaluation> evaluation(
      const std::vector<std::string>& classes) const = 0;
  /// Makes the annotations that the steps, or the evaluation, read.
  [[nodiscard]] virtual std::unique_ptr<Collator> collator(
      Split split, const CollatorContext& context) const = 0;

  /// The same task where it is to tell the classes of labelled images, of which it has learned
  /// none; null: it cannot.
  [[nodiscard]] virtual std::unique_ptr<TaskConfig> zero_shot() const { return nullptr; }
  /// Whether PredictOptions may name labels.
  [[nodiscard]] virtual bool take_labels() const { return false; }

  // How a prediction is told: as JSON, as text for people, drawn on its image.
  virtual void tell(const Prediction& prediction, const TellOptions& options,
                    nlohmann::json& object) const = 0;
  [[nodiscard]] virtual std::string text(const Prediction& prediction,
                                         const TellOptions& options) const = 0;
  [[nodiscard]] virtual Image draw(const Image& image, const Prediction& prediction,
                                   const TellOptions& options) const = 0;
  /// What writes predictions into a folder beside that; null: nothing does. `annotations`: a file
  /// whose ids of images and classes they get; "": none. Throws Error (usage) where it has no use.
  [[nodiscard]] virtual std::unique_ptr<PredictionWriter> writer(
      const std::filesystem::path& /*folder*/, const std::filesystem::path& annotations) const {
    if (!annotations.empty())
      throw Error(ErrorKind::usage, "--annotations",
                  str("nothing of the task ", name(), " is written by COCO's ids"), "leave it out");
    return nullptr;
  }
};

}  // namespace vit
