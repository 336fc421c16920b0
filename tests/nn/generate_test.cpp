#include "vit/nn/generate.h"

#include <torch/utils.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "tests/catch.h"
#include "tests/nn/captioner.h"
#include "tests/support/module.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"

using vit::Decoder;
using vit::generate;

namespace {

constexpr std::int64_t kBos = 1, kEos = 2, kPad = 0;

Decoder talkative(std::uint64_t seed) {
  Decoder decoder(vit::test::small_decoder());
  std::uint64_t index = 0;
  for (torch::Tensor& parameter : decoder->parameters())
    vit::init::normal(parameter, 0.5, vit::Rng(seed, vit::Stream::init, 0, index++));
  decoder->eval();
  return decoder;
}

/// Beam search without a cache, of one image, by its definition.
std::vector<std::pair<std::vector<std::int64_t>, double>> by_definition(Decoder& decoder,
                                                                        const torch::Tensor& memory,
                                                                        std::size_t beams) {
  using Beam = std::pair<std::vector<std::int64_t>, double>;
  std::vector<Beam> kept{{{kBos}, 0.0}};
  for (std::int64_t step = 1; step < decoder->options.length; ++step) {
    std::vector<Beam> all;
    for (const auto& [tokens, score] : kept) {
      if (tokens.back() == kEos) {
        all.emplace_back(tokens, score);
        continue;
      }
      const torch::Tensor logp =
          decoder(torch::tensor(tokens).unsqueeze(0), memory)[0][-1].log_softmax(-1);
      for (std::int64_t token = 0; token < logp.size(0); ++token) {
        all.emplace_back(tokens, score + logp[token].item<double>());
        all.back().first.push_back(token);
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Beam& a, const Beam& b) { return a.second > b.second; });
    all.resize(std::min(all.size(), beams));
    kept = std::move(all);
  }
  return kept;
}

}  // namespace

TEST_CASE("Greedy decoding and beam search give the reference's sentences and sums") {
  const auto folder = vit::test::shared("fixtures/models/captioner");
  if (!folder) return;
  Decoder decoder =
      vit::test::captioner_decoder(vit::test::tensors_in(*folder / "weights.safetensors"));
  const auto io = vit::test::tensors_in(*folder / "io.safetensors");
  const torch::Tensor& memory = io.at("memory");
  const vit::Generated greedy = generate(*decoder, memory, {.bos = kBos, .eos = kEos, .pad = kPad});
  CHECK(torch::equal(greedy.tokens.squeeze(1), io.at("greedy")));
  const vit::Generated beam =
      generate(*decoder, memory, {.bos = kBos, .eos = kEos, .pad = kPad, .beams = 3});
  CHECK(torch::equal(beam.tokens, io.at("beam")));
  CHECK(torch::allclose(beam.scores.to(torch::kFloat32), io.at("beam_scores"), 1e-4, 1e-4));
}

TEST_CASE("Generation keeps keys and values, and finds what search by definition finds") {
  const torch::NoGradGuard no_grad;
  bool ended_early = false;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Decoder decoder = talkative(seed);
    const torch::Tensor memory = vit::test::random_tensor({3, 5, 20}, seed);
    for (const std::int64_t beams : {1, 2, 4}) {
      const vit::Generated found =
          generate(*decoder, memory, {.bos = kBos, .eos = kEos, .pad = kPad, .beams = beams});
      for (std::int64_t item = 0; item < 3; ++item) {
        const auto expected =
            by_definition(decoder, memory.narrow(0, item, 1), static_cast<std::size_t>(beams));
        for (std::int64_t beam = 0; beam < beams; ++beam) {
          const auto& [tokens, score] = expected[static_cast<std::size_t>(beam)];
          const auto count = static_cast<std::int64_t>(tokens.size());
          const torch::Tensor row = found.tokens[item][beam];
          CHECK(torch::equal(row.narrow(0, 0, count), torch::tensor(tokens)));
          CHECK((row.narrow(0, count, 6 - count) == kPad).all().item<bool>());
          CHECK(found.scores[item][beam].item<double>() == Approx(score).epsilon(1e-4));
          ended_early = ended_early || count < 6;
        }
      }
    }
  }
  CHECK(ended_early);
}

TEST_CASE("What an image's sentence is does not depend on the others of its batch") {
  Decoder decoder = talkative(2);
  const torch::Tensor memory = vit::test::random_tensor({4, 5, 20}, 7);
  const vit::GenerateOptions options{.bos = kBos, .eos = kEos, .pad = kPad, .beams = 3};
  const torch::Tensor together = generate(*decoder, memory, options).tokens;
  for (std::int64_t i = 0; i < 4; ++i)
    CHECK(torch::equal(generate(*decoder, memory.narrow(0, i, 1), options).tokens[0], together[i]));
}

TEST_CASE("A shorter length cuts sentences; beams and lengths that make no sense are refused") {
  Decoder decoder = talkative(1);
  const torch::Tensor memory = vit::test::random_tensor({1, 5, 20}, 1);
  CHECK(generate(*decoder, memory, {.bos = kBos, .eos = kEos, .length = 3}).tokens.size(2) == 3);
  CHECK_THROWS_WITH(generate(*decoder, memory, {.beams = 8}), Catch::Contains("8 beams of 7"));
  CHECK_THROWS_AS(generate(*decoder, memory, {.beams = 0}), vit::Error);
  CHECK_THROWS_AS(generate(*decoder, memory, {.length = 1}), vit::Error);
}

TEST_CASE("A search tells its steps: each sequence kept, by the one that it continues") {
  Decoder decoder = talkative(3);
  const torch::Tensor memory = vit::test::random_tensor({2, 4, 20}, 7);
  const vit::GenerateOptions options{.bos = kBos, .eos = kEos, .pad = kPad, .beams = 3};
  vit::GenerateOptions traced = options;
  traced.trace = true;
  const vit::Generated plain = generate(*decoder, memory, options),
                       told = generate(*decoder, memory, traced);
  CHECK(plain.steps.empty());
  CHECK(torch::equal(plain.tokens, told.tokens));
  // Followed from the first step on, the rows of the last one are the result.
  std::vector<std::vector<std::int64_t>> rows{{kBos}, {kBos}};
  for (const auto& step : told.steps) {
    std::vector<std::vector<std::int64_t>> next;
    for (const vit::SearchStep& one : step) {
      next.push_back(rows[static_cast<std::size_t>(one.parent)]);
      if (one.token >= 0) next.back().push_back(one.token);
    }
    rows = std::move(next);
  }
  REQUIRE(rows.size() == 6);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto item = static_cast<std::int64_t>(row) / 3, beam = static_cast<std::int64_t>(row) % 3;
    for (std::size_t i = 0; i < rows[row].size(); ++i)
      CHECK(told.tokens[item][beam][static_cast<std::int64_t>(i)].item<std::int64_t>() ==
            rows[row][i]);
    CHECK(told.scores[item][beam].item<double>() == told.steps.back()[row].score);
  }
}
