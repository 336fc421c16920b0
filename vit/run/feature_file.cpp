#include "vit/run/feature_file.h"

#include <torch/utils.h>

#include "vit/io/checksum.h"
#include "vit/weights/tensors.h"

namespace vit {

FeatureFile feature_file(const Experiment& experiment, ImageModel& body, const std::string& what) {
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
  const std::string key = experiment_yaml(relevant) + "weights: " + crc.hex() +
                          "\namp: " + experiment.train.amp + "\n" + what;
  Crc32 of_key;
  of_key.update(std::as_bytes(std::span(key)));
  return {std::filesystem::path("runs/.features") /
              (experiment.model.name + "-" + experiment.data.set.name + "-" + of_key.hex() + "-" +
               what + ".safetensors"),
          key};
}

}  // namespace vit
