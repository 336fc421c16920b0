#include "vit/metrics/retrieval.h"

#include <torch/types.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/weights/tensors.h"

namespace {

using Numbers = std::vector<std::int64_t>;

Numbers counted(std::int64_t n) {
  Numbers numbers(static_cast<std::size_t>(n));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

/// Figures of a table of similarities [N, M]: features whose inner products they are.
vit::RetrievalBothWays of_table(const torch::Tensor& similarity, const Numbers& owner,
                                const Numbers& text) {
  return vit::retrieval(similarity, torch::eye(similarity.size(1)), owner, text);
}

void check_figures(const vit::RetrievalFigures& got, const nlohmann::json& want) {
  CHECK(got.ties == 0);
  for (const auto& [key, value] :
       std::initializer_list<std::pair<const char*, double>>{{"R@1", got.r1},
                                                             {"R@5", got.r5},
                                                             {"R@10", got.r10},
                                                             {"median_rank", got.median_rank},
                                                             {"mean_rank", got.mean_rank},
                                                             {"mrr", got.reciprocal_rank}}) {
    INFO(key);
    if (want.contains(key)) CHECK(value == Approx(want.at(key).get<double>()).epsilon(1e-12));
  }
}

}  // namespace

TEST_CASE("Retrieval counts as CLIP_benchmark does: one caption an image, several, equal ones") {
  for (const char* name : {"retrieval", "retrieval2"}) {
    const auto folder = vit::test::shared(std::string("fixtures/metrics/") + name);
    if (!folder) return;
    INFO(name);
    const auto stats = nlohmann::json::parse(std::ifstream(*folder / "stats.json"));
    const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
    const auto read = [&](const char* tensor) { return vit::read_tensor(io, io.at(tensor)); };
    const torch::Tensor similarity = read("similarity");
    const auto numbers = [&](const char* tensor) {
      const torch::Tensor values = read(tensor).contiguous();
      const auto* data = values.const_data_ptr<std::int64_t>();
      return Numbers(data, data + values.numel());
    };
    const Numbers own = counted(similarity.size(1));
    const Numbers owner = std::string(name) == "retrieval" ? own : numbers("owner");
    const auto both = of_table(similarity, owner, own);
    check_figures(both.image_to_text, stats.at("image_to_text"));
    check_figures(both.text_to_image, stats.at("text_to_image"));
    if (!stats.contains("with_equal_captions")) continue;
    const Numbers group = numbers("group_of_image");
    Numbers text;
    for (const std::int64_t image : owner) text.push_back(group[static_cast<std::size_t>(image)]);
    const auto equal = of_table(similarity, owner, text);
    check_figures(equal.image_to_text, stats.at("with_equal_captions").at("image_to_text"));
    check_figures(equal.text_to_image, stats.at("with_equal_captions").at("text_to_image"));
  }
}

TEST_CASE("Ties are told and count against the model: one that has collapsed finds nothing") {
  const torch::Tensor same = torch::ones({20, 3});
  const auto both = vit::retrieval(same, same, counted(20), counted(20));
  for (const vit::RetrievalFigures& figures : {both.image_to_text, both.text_to_image}) {
    CHECK(figures.r10 == 0);
    CHECK(figures.median_rank == 20);
    CHECK(figures.ties == 20);
    CHECK(figures.queries == 20);
  }
}

TEST_CASE("Blocks of rows give what all of them give") {
  const torch::Tensor image = torch::arange(700).to(torch::kFloat32).unsqueeze(1) * 0.01f;
  const torch::Tensor points = torch::cat({image.cos(), image.sin()}, 1);
  const auto both = vit::retrieval(points, points, counted(700), counted(700));
  CHECK(both.image_to_text.queries == 700);
  CHECK(both.text_to_image.mean_rank == Approx(both.image_to_text.mean_rank));
  CHECK(both.image_to_text.r1 >= 0.9);
}

TEST_CASE("Nothing to compare has no figures; an image without a caption is refused") {
  CHECK(vit::retrieval(torch::zeros({0, 2}), torch::zeros({0, 2}), {}, {}).image_to_text.queries ==
        0);
  CHECK_THROWS_WITH(vit::retrieval(torch::ones({2, 2}), torch::ones({1, 2}), {0}, {0}),
                    Catch::Contains("image 1 has no caption"));
}
