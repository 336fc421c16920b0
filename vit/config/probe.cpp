#include "vit/config/probe.h"

#include <torch/utils.h>

#include "vit/config/yaml_writer.h"
#include "vit/io/checksum.h"
#include "vit/weights/tensors.h"

namespace vit {

std::string feature_key(const Experiment& experiment, ImageModel& body) {
  Experiment relevant;
  relevant.model = experiment.model;
  relevant.data = experiment.data;
  relevant.data.workers = 0;
  relevant.data.batch_size = 1;
  Crc32 crc;
  for (const auto& item : body.module().named_parameters())
    crc.update(bytes_of(item.value().detach().to(torch::kCPU).contiguous()));
  for (const auto& item : body.module().named_buffers())
    crc.update(bytes_of(item.value().detach().to(torch::kCPU).contiguous()));
  return experiment_yaml(relevant) + "weights: " + crc.hex() + "\namp: " + experiment.train.amp +
         "\n";
}

std::filesystem::path feature_file(const Experiment& experiment, const std::string& key,
                                   const std::string& split) {
  Crc32 crc;
  crc.update(std::as_bytes(std::span(key)));
  return std::filesystem::path("runs/.features") /
         (experiment.model.name + "-" + experiment.data.set.name + "-" + crc.hex() + "-" + split +
          ".safetensors");
}

void copy_weights(ImageModel& from, ImageModel& to) {
  const torch::NoGradGuard no_grad;
  const auto copy = [](const auto& source, auto target) {
    for (auto& item : target)
      if (const torch::Tensor* tensor = source.find(item.key()))
        if (tensor->sizes() == item.value().sizes()) item.value().copy_(*tensor);
  };
  copy(from.module().named_parameters(), to.module().named_parameters());
  copy(from.module().named_buffers(), to.module().named_buffers());
}

}  // namespace vit
