#include "vit/tasks/mae/task.h"

#include <torch/utils.h>

#include "vit/nn/beside.h"
#include "vit/nn/init.h"
#include "vit/tasks/mae/mae_weights.h"

namespace vit {
namespace {

/// Not an epoch of training, so that what is evaluated is masked as nothing that was learned from.
constexpr std::int64_t kEvaluatedEpoch = -1;

}  // namespace

MaeTask::MaeTask(const MaeConfig& config, const TaskContext& context)
    : config_(config),
      input_(context.input),
      classes_(context.classes),
      network_(std::make_shared<MaeNetwork>(context.model, config.options)),
      evaluated_noise_(mask_noise(context.seed, kEvaluatedEpoch, 0, network_->num_units())),
      train_collator_(std::make_unique<MaskNoiseCollator>(context.seed, network_->num_units())),
      val_collator_(config_.collator(Split::val, {})) {
  network_->init_parts(context.seed);
}

TaskStep MaeTask::step(const Batch& batch) {
  TaskStep step;
  step.loss = network_->forward(batch.images, batch.annotations_as<PretextBatch>().noise).loss;
  return step;
}

std::unique_ptr<Predictor> MaeTask::predictor() {
  return config_.predictor(exported().forward, input_, classes_, {});
}

std::unique_ptr<Evaluation> MaeTask::evaluation() const { return config_.evaluation(classes_); }

ExportedGraph MaeTask::exported() {
  return {network_.get(),
          [network = network_, noise = evaluated_noise_](const torch::Tensor& images) {
            return network->describe_images(images, beside(noise, images));
          },
          input_.img_size, input_.in_chans, "features_image_mask_error"};
}

NamedTensors MaeTask::outputs(const NamedTensors& inputs) {
  const MaeNetwork::Output out =
      network_->forward(input_of(inputs, "x"), input_of(inputs, "noise"));
  NamedTensors named{{"pred", out.pred}, {"mask", out.mask}, {"loss", out.loss.reshape({1})}};
  if (out.restore.defined()) named.emplace_back("ids_restore", out.restore);
  return named;
}

LoadReport MaeTask::load(const std::filesystem::path& checkpoint) {
  return load_autoencoder(*network_, checkpoint);
}

Batch MaeTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  torch::Tensor images =
      torch::empty({size, input_.in_chans, input_.img_size.height, input_.img_size.width});
  init::normal(images, 1.0, Rng(seed, Stream::bench));
  Batch batch{.images = images, .indices = torch::arange(size), .annotations = nullptr};
  train_collator_->finish(batch, 0, 0);
  return batch;
}

}  // namespace vit
