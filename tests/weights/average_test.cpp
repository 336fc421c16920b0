#include "vit/weights/average.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/weights/tensors.h"

using namespace vit;
using namespace vit::test;

namespace {

void put_tensors(const std::filesystem::path& file, const TensorMap& tensors) {
  TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
  writer.write(file);
}

}  // namespace

TEST_CASE("Weights are averaged in float64, counters rounded down") {
  const ScratchFolder folder;
  const std::vector<float> values = {0.1F, 0.7F, 123.456F};
  std::vector<std::filesystem::path> files;
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    files.push_back(folder / (std::to_string(i) + ".safetensors"));
    put_tensors(files.back(), {{"w", torch::full({2}, values[i])},
                               {"bn.num_batches_tracked", torch::tensor(static_cast<int64_t>(i))}});
    sum += values[i];
  }
  const TensorMap means = average_weights(files);
  CHECK(means.at("w")[1].item<float>() == static_cast<float>(sum / 3));
  CHECK(means.at("w").scalar_type() == torch::kFloat32);
  CHECK(means.at("bn.num_batches_tracked").item<std::int64_t>() == 1);
  CHECK(means.at("bn.num_batches_tracked").scalar_type() == torch::kInt64);
}

TEST_CASE("Of checkpoints, running averages are averaged and optimizers left out") {
  const ScratchFolder folder;
  for (const float value : {1.F, 3.F})
    put_tensors(folder / std::to_string(static_cast<int>(value)),
                {{"w", torch::full({1}, 100 * value)},
                 {"b", torch::full({1}, value)},
                 {"ema/w", torch::full({1}, value)},
                 {"optim/w/exp_avg", torch::full({1}, value)}});
  const TensorMap means = average_weights({folder / "1", folder / "3"});
  REQUIRE(means.size() == 2);
  CHECK(means.at("w").item<float>() == 2);
  CHECK(means.at("b").item<float>() == 2);
}

TEST_CASE("Files of different models are refused by the tensor") {
  const ScratchFolder folder;
  put_tensors(folder / "a", {{"w", torch::ones({2})}, {"v", torch::ones({1})}});
  put_tensors(folder / "less", {{"w", torch::ones({2})}});
  put_tensors(folder / "other", {{"w", torch::ones({3})}, {"v", torch::ones({1})}});
  const auto problem = [&](const char* first, const char* second) {
    const auto error = error_of([&] { (void)average_weights({folder / first, folder / second}); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    return error->problem();
  };
  CHECK_THAT(problem("a", "less"), Catch::Contains("no tensor \"v\""));
  CHECK_THAT(problem("less", "a"), Catch::Contains("\"v\" is not in"));
  CHECK_THAT(problem("a", "other"), Catch::Contains("[3]"));
  CHECK(error_of([&] { (void)average_weights({folder / "a"}); })->kind() == ErrorKind::usage);
}
