#include "vit/train/task.h"

#include "vit/core/error.h"

namespace vit {

NamedTensors Task::outputs(const NamedTensors& inputs) {
  const ExportedGraph graph = exported();
  return {{graph.output, graph.forward(input_of(inputs, "x"))}};
}

LoadReport Task::load_backbone(const std::filesystem::path& weights) {
  throw Error(ErrorKind::usage, "init.reset_head",
              weights.string() + " are weights of a whole network, of which this task takes all",
              "leave it out");
}

const torch::Tensor& input_of(const NamedTensors& inputs, std::string_view name) {
  for (const auto& [own, tensor] : inputs)
    if (own == name) return tensor;
  throw Error(ErrorKind::usage, "--input", str("there is no tensor `", name, "` in it"),
              str("put the tensor `", name, "` into the file"));
}

}  // namespace vit
