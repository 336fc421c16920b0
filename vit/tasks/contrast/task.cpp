#include "vit/tasks/contrast/task.h"

#include <torch/utils.h>

#include "vit/nn/init.h"
#include "vit/tasks/contrast/weights.h"
#include "vit/tasks/kept_features.h"

namespace vit {
namespace {

/// Ids that the tower knows, of texts as long as it takes.
torch::Tensor example_ids(const TextTowerOptions& text, std::int64_t batch) {
  return torch::arange(batch * text.context_length)
      .remainder(text.vocab_size)
      .view({batch, text.context_length});
}

}  // namespace

std::optional<ClassPrompts> prompts_of(const ContrastOptions& options,
                                       const std::vector<std::string>& classes) {
  if (classes.empty() || options.templates.empty() || !knows_words(options.words))
    return std::nullopt;
  return ClassPrompts{text_input(options.words, options.text.context_length), classes,
                      options.templates};
}

ContrastTask::ContrastTask(const ContrastConfig& config, const TaskContext& context)
    : config_(config), input_(context.input), classes_(context.classes) {
  ContrastOptions& options = config_.options;
  if (knows_words(options.words)) {
    const TextInput words = text_input(options.words, options.text.context_length);
    // One that was learned has as many pieces as it found.
    if (options.text.vocab_size == 0 || options.words.tokenizer.empty())
      options.text.vocab_size = words.tokenizer->vocab_size();
    words.require_embeddings(options.text.vocab_size, "task.tokenizer");
    collator_ = config_.collator(Split::train, {});
  }
  network_ = std::make_shared<ContrastNetwork>(context.model, options);
  network_->init_text(context.seed);
  if (context.training == nullptr) return;
  trains_ = true;
  images_vary_ = !always_the_same(context.training->augment);
}

const Collator& ContrastTask::collator(Split /*split*/) const {
  if (!collator_) (void)text_input(config_.options.words, 1);  // says that there is none
  return *collator_;
}

torch::Tensor ContrastTask::kept_embeddings(const Batch& batch, Kept& kept) {
  const torch::NoGradGuard no_grad;
  const auto* indices = batch.indices.const_data_ptr<std::int64_t>();
  std::vector<torch::Tensor> rows;
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    // Each by itself, so that they do not depend on which samples shared a batch.
    if (!kept.contains(indices[i]))
      kept[indices[i]] = network_->embed_images(batch.images.narrow(0, i, 1));
    rows.push_back(kept.at(indices[i]));
  }
  return torch::cat(rows);
}

torch::Tensor ContrastTask::embed(const Batch& batch) {
  if (!torch::GradMode::is_enabled() || !network_->image_is_frozen())
    return network_->embed_images(batch.images);
  // What does not learn behaves as in evaluation: no dropout, no stochastic depth.
  network_->image().module().eval();
  if (!images_vary_) return kept_embeddings(batch, train_kept_);
  const torch::NoGradGuard no_grad;
  return network_->embed_images(batch.images);
}

TaskStep ContrastTask::step(const Batch& batch) {
  const torch::Tensor images = embed(batch),
                      texts = network_->embed_texts(batch.annotations_as<Texts>().ids);
  TaskStep step;
  step.loss = network_->loss({images, texts});
  const torch::Tensor nearest = images.detach().matmul(texts.detach().t()).argmax(1);
  step.parts.emplace_back(
      "batch_r1",
      (nearest == torch::arange(nearest.size(0), nearest.options())).to(torch::kFloat64).mean() *
          100);
  return step;
}

Metrics ContrastTask::parts() const {
  return {{.name = "batch_r1", .title = "R@1 of the batch", .percent = true}};
}

void ContrastTask::after_update(std::int64_t /*update*/) { network_->clamp_scale(); }

std::unique_ptr<Predictor> ContrastTask::predictor() {
  ContrastPredictor::Embed embed = [this](const Batch& batch) {
    return network_->embed_images(batch.images);
  };
  if (trains_ && network_->image_is_frozen())
    embed = [this](const Batch& batch) { return kept_embeddings(batch, val_kept_); };
  return std::make_unique<ContrastPredictor>(
      std::move(embed),
      [network = network_](const torch::Tensor& ids) { return network->scaled_texts(ids); },
      prompts_of(config_.options, classes_));
}

std::unique_ptr<Evaluation> ContrastTask::evaluation() const {
  return config_.evaluation(classes_);
}

ExportedGraph ContrastTask::exported() {
  const TextTowerOptions text = network_->text().options;
  ExportedMethod encode_text{"encode_text",
                             [network = network_](const std::vector<torch::Tensor>& inputs) {
                               return network->scaled_texts(inputs.at(0));
                             },
                             [text](std::int64_t batch) -> std::vector<torch::Tensor> {
                               return {example_ids(text, batch)};
                             }};
  return {
      .module = network_.get(),
      .forward = [network = network_](const torch::Tensor& x) { return network->embed_images(x); },
      .img_size = input_.img_size,
      .in_chans = input_.in_chans,
      .output = "image_embeds",
      .methods = {std::move(encode_text)}};
}

NamedTensors ContrastTask::outputs(const NamedTensors& inputs) {
  const torch::Tensor ids = tokens_of(inputs, network_->text().options.vocab_size);
  const torch::Tensor images = network_->embed_images(input_of(inputs, "x")),
                      texts = network_->embed_texts(ids);
  NamedTensors found{{"image_embeds", images},
                     {"text_embeds", texts},
                     {"logits_per_image", network_->logits(images, texts)}};
  if (images.size(0) == texts.size(0))
    found.emplace_back("loss", network_->loss({images, texts}).reshape({1}));
  return found;
}

LoadReport ContrastTask::load(const std::filesystem::path& checkpoint) {
  return load_contrast(*network_, checkpoint);
}

Batch ContrastTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  const auto [height, width] = input_.img_size;
  torch::Tensor images = torch::empty({size, input_.in_chans, height, width});
  init::normal(images, 1.0, Rng(seed, Stream::bench));
  auto texts = std::make_shared<Texts>();
  texts->ids = example_ids(network_->text().options, size);
  // Each has an index that no sample of the data has: nothing is kept of them.
  return {.images = images, .indices = -1 - torch::arange(size), .annotations = texts};
}

}  // namespace vit
