#include "vit/tasks/features.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <torch/utils.h>

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/data/class_labels.h"
#include "vit/data/sampler.h"
#include "vit/train/autocast.h"
#include "vit/weights/tensors.h"

namespace vit {
namespace {

class FeatureBatches final : public BatchSource {
 public:
  FeatureBatches(const CachedFeatures& features, std::vector<std::int64_t> order,
                 const LoaderOptions& loader, std::int64_t first)
      : features_(features), order_(std::move(order)), size_(loader.batch_size) {
    const auto samples = static_cast<std::int64_t>(order_.size());
    end_ = std::min(samples, EpochLoader::num_batches(samples, loader) * size_);
    begin_ = std::min(first * size_, end_);
  }

  std::optional<Batch> next() override {
    if (begin_ >= end_) return std::nullopt;
    const std::int64_t count = std::min(size_, end_ - begin_);
    const torch::Tensor rows =
        at::from_blob(order_.data() + begin_, {count}, torch::kInt64).clone();
    begin_ += count;
    return labelled_batch(features_.values.index_select(0, rows),
                          features_.labels.index_select(0, rows), rows);
  }

 private:
  const CachedFeatures& features_;
  std::vector<std::int64_t> order_;
  std::int64_t size_, begin_ = 0, end_ = 0;
};

}  // namespace

std::optional<CachedFeatures> extract_features(ImageModel& body, const Dataset& data,
                                               const Pipeline& pipeline,
                                               const LoaderOptions& options, c10::Device device,
                                               const std::string& amp,
                                               const std::atomic<bool>* stop) {
  const torch::NoGradGuard no_grad;
  body.module().eval();
  LoaderOptions all = options;
  all.drop_last = false;
  EpochLoader loader(data, pipeline, sequential_order(data.size()), 0, all);
  std::vector<torch::Tensor> values, labels;
  for (auto batch = loader.next(); batch; batch = loader.next()) {
    if (stop != nullptr && *stop) return std::nullopt;
    const Autocast autocast(device.type(), amp);
    values.push_back(
        body.forward(batch->images.to(device)).to(torch::kCPU, torch::kFloat32).flatten(1));
    labels.push_back(labels_of(*batch));
  }
  return CachedFeatures{at::cat(values), at::cat(labels)};
}

std::optional<CachedFeatures> cached_features(
    const FeatureFile& cached, const std::function<std::optional<CachedFeatures>()>& compute) {
  const auto& [file, key] = cached;
  std::error_code error;
  if (std::filesystem::exists(file, error)) try {
      const SafetensorsFile cache = SafetensorsFile::open(file);
      const auto found = cache.metadata().find("key");
      if (found != cache.metadata().end() && found->second == key)
        return CachedFeatures{read_tensor(cache, cache.at("values")),
                              read_tensor(cache, cache.at("labels"))};
    } catch (const Error&) {
      // Damaged: computed again and replaced.
    }
  std::optional<CachedFeatures> features = compute();
  if (!features) return std::nullopt;
  std::filesystem::create_directories(file.parent_path(), error);
  TensorWriter writer;
  writer.add("values", features->values);
  writer.add("labels", features->labels);
  writer.set_metadata("key", key);
  writer.write(file);
  return features;
}

std::unique_ptr<BatchSource> feature_batches(const CachedFeatures& features,
                                             std::vector<std::int64_t> order,
                                             const LoaderOptions& loader, std::int64_t first) {
  return std::make_unique<FeatureBatches>(features, std::move(order), loader, first);
}

}  // namespace vit
