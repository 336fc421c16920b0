#include "vit/metrics/caption.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"

using nlohmann::json;
using vit::ScoredCaptions, vit::CaptionScores, vit::evaluate_captions;

TEST_CASE("Captions score as pycocoevalcap scores them, the set and each image") {
  const auto folder = vit::test::shared("fixtures/metrics/caption");
  if (!folder) return;
  const auto data = json::parse(std::ifstream(*folder / "data.json"));
  const auto stats = json::parse(std::ifstream(*folder / "stats.json"));
  const auto check = [](double found, const json& expected) {
    CHECK(std::abs(found - expected.get<double>()) <= 1e-9);
  };
  for (const auto& [name, set] : data.items()) {
    INFO(name);
    std::vector<vit::CaptionedImage> images;
    for (std::size_t i = 0; i < set.at("hypotheses").size(); ++i)
      images.push_back(
          {set.at("hypotheses")[i], set.at("references")[i].get<std::vector<std::string>>()});
    const ScoredCaptions found = evaluate_captions(images);
    const json& expected = stats.at(name);
    for (std::size_t n = 0; n < 4; ++n) check(found.all.bleu[n], expected.at("bleu")[n]);
    check(found.all.rouge_l, expected.at("rouge_l"));
    check(found.all.cider, expected.at("cider"));
    const json& each = expected.at("per_picture");
    REQUIRE(found.images.size() == each.at("cider").size());
    for (std::size_t i = 0; i < found.images.size(); ++i) {
      INFO("image " << i);
      for (std::size_t n = 0; n < 4; ++n) check(found.images[i].bleu[n], each.at("bleu")[n][i]);
      check(found.images[i].rouge_l, each.at("rouge_l")[i]);
      check(found.images[i].cider, each.at("cider")[i]);
    }
  }
}

TEST_CASE("A caption that is one of its references word by word has the full score") {
  const ScoredCaptions found = evaluate_captions(std::vector<vit::CaptionedImage>{
      {"a red ring on a blue field", {"a red ring on a blue field"}},
      {"two dogs asleep in the grass", {"two dogs asleep in the grass"}}});
  CHECK(found.all.bleu[3] == Approx(1).margin(1e-6));
  CHECK(found.all.rouge_l == Approx(1));
  CHECK(found.all.cider == Approx(10));
}

TEST_CASE("Words that are in one reference twice count twice, and no more often") {
  const ScoredCaptions found =
      evaluate_captions(std::vector<vit::CaptionedImage>{{"the the the", {"the cat the", "the"}}});
  CHECK(found.all.bleu[0] == Approx(2.0 / 3).margin(1e-6));
  CHECK(found.all.rouge_l > 0.6);
  CHECK(found.all.cider == 0);  // of a single image no phrase is rare
}

TEST_CASE("Captions without words score nothing, images without references are refused") {
  const ScoredCaptions found =
      evaluate_captions(std::vector<vit::CaptionedImage>{{"", {"a cat"}}, {"a dog", {""}}});
  CHECK(found.all.bleu[0] < 1e-3);
  CHECK(found.all.rouge_l == 0);
  CHECK(found.all.cider == 0);
  CHECK(evaluate_captions({}).images.empty());
  const auto error = vit::test::error_of([] {
    (void)evaluate_captions(std::vector<vit::CaptionedImage>{{"a cat", {}}});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
}
