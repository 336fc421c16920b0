#include "vit/nn/decoder.h"

#include <ATen/ops/cross_entropy_loss.h>
#include <torch/utils.h>

#include <cmath>
#include <vector>

#include "tests/catch.h"
#include "tests/nn/captioner.h"
#include "tests/support/module.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/nn/attention_scope.h"
#include "vit/nn/pos_embed.h"

using vit::Decoder;
using vit::test::random_tensor;
using vit::test::small_decoder;

namespace {

Decoder random_decoder(const vit::DecoderOptions& options = small_decoder()) {
  Decoder decoder(options);
  vit::test::randomize(decoder);
  decoder->eval();
  return decoder;
}

torch::Tensor image_tokens(std::int64_t items = 2) { return random_tensor({items, 9, 20}, 2); }
torch::Tensor words() { return torch::tensor({1, 4, 2, 6, 3, 5, 1, 5, 5, 0, 2, 4}).view({2, 6}); }

/// As the reference computes it: the words that follow, padding (0) ignored.
torch::Tensor next_word_loss(const torch::Tensor& logits, const torch::Tensor& words) {
  return at::cross_entropy_loss(logits.flatten(0, 1),
                                words.narrow(1, 1, words.size(1) - 1).flatten(), {}, 1,
                                /*ignore_index=*/0);
}

void check_close(const torch::Tensor& got, const torch::Tensor& want) {
  CHECK((got - want).abs().max().item<double>() <=
        1e-5 * std::max(1.0, want.abs().max().item<double>()));
}

}  // namespace

TEST_CASE("The decoder equals the reference's: with, without causality, its loss and gradients") {
  const auto folder = vit::test::shared("fixtures/models/captioner");
  if (!folder) return;
  const auto weights = vit::test::tensors_in(*folder / "weights.safetensors");
  const auto io = vit::test::tensors_in(*folder / "io.safetensors");
  Decoder decoder = vit::test::captioner_decoder(weights);
  const torch::Tensor &tokens = io.at("tokens"), memory = io.at("memory");
  {
    const torch::NoGradGuard no_grad;
    check_close(decoder(tokens, memory), io.at("logits"));
    check_close(decoder(io.at("tokens_other"), memory), io.at("logits_other"));
    check_close(decoder->forward(tokens, memory, {}), io.at("logits_free"));
    check_close(decoder->forward(torch::full_like(tokens, 3), memory, {}),
                io.at("logits_parallel"));
    const vit::AttentionScope scope([&](std::int64_t number, const torch::Tensor& map) {
      const char* which = number % 2 == 0 ? "self_map_" : "cross_map_";
      check_close(map, io.at(which + std::to_string(number / 2)));
    });
    check_close(decoder(tokens, memory), io.at("logits"));
  }
  const torch::Tensor loss =
      next_word_loss(decoder(tokens.narrow(1, 0, tokens.size(1) - 1), memory), tokens);
  check_close(loss, io.at("loss")[0]);
  loss.backward();
  check_close(decoder->token_embed->weight.grad(), io.at("grad.decoder.token_embed.weight"));
  check_close(decoder->pos_embed.grad(), io.at("grad.decoder.pos_embed"));
  check_close(decoder->block(1).cross_attn->k_proj->weight.grad(),
              io.at("grad.decoder.blocks.1.cross_attn.k_proj_weight"));
  const auto& self = decoder->block(1).self_attn;
  check_close(torch::cat({self->q_proj->weight.grad(), self->k_proj->weight.grad(),
                          self->v_proj->weight.grad()}),
              io.at("grad.decoder.blocks.1.self_attn.in_proj_weight"));
}

TEST_CASE("Changing a token never changes the logits before it") {
  const torch::NoGradGuard no_grad;
  Decoder decoder = random_decoder();
  const torch::Tensor before = decoder(words(), image_tokens());
  for (std::int64_t j = 0; j < 6; ++j) {
    torch::Tensor other = words().clone();
    other.select(1, j).add_(1).remainder_(7);
    const torch::Tensor after = decoder(other, image_tokens());
    CHECK(torch::equal(after.narrow(1, 0, j), before.narrow(1, 0, j)));
    CHECK_FALSE(torch::allclose(after.narrow(1, j, 1), before.narrow(1, j, 1), 1e-3, 1e-3));
  }
}

// To rounding and not to the byte: LibTorch multiplies one row in another order than several.
TEST_CASE("Decoding with a cache gives the logits of decoding all at once") {
  const torch::NoGradGuard no_grad;
  Decoder decoder = random_decoder();
  const torch::Tensor whole = decoder(words(), image_tokens());
  vit::DecoderCache cache;
  for (std::int64_t i = 0; i < 6; ++i)
    check_close(decoder->forward(words().narrow(1, i, 1), image_tokens(), {.causal = true}, &cache),
                whole.narrow(1, i, 1));
  CHECK(cache.length == 6);
  vit::DecoderCache in_two;  // the same in two steps of several tokens
  decoder->forward(words().narrow(1, 0, 4), image_tokens(), {.causal = true}, &in_two);
  check_close(decoder->forward(words().narrow(1, 4, 2), image_tokens(), {.causal = true}, &in_two),
              whole.narrow(1, 4, 2));
}

TEST_CASE(
    "A summary of the memory is added to every token, begins at nothing, and goes with a cache") {
  for (const auto kind : {vit::MemorySummary::mean, vit::MemorySummary::max}) {
    vit::DecoderOptions options = small_decoder();
    options.summary = kind;
    options.parallel = true;
    Decoder plain(small_decoder()), decoder(options);
    const torch::NoGradGuard no_grad;
    vit::test::randomize(plain);
    for (const auto& item : plain->named_parameters())
      decoder->named_parameters()[item.key()].copy_(item.value());
    const torch::Tensor memory = image_tokens();
    check_close(decoder(words(), memory), plain(words(), memory));
    vit::test::randomize(decoder);
    const torch::Tensor whole = kind == vit::MemorySummary::max
                                    ? std::get<0>(memory.max(1, /*keepdim=*/true))
                                    : memory.mean(1, /*keepdim=*/true);
    const torch::Tensor added = decoder->summary(whole), logits = decoder(words(), memory);
    vit::DecoderCache cache;
    for (std::int64_t i = 0; i < 6; ++i)
      check_close(decoder->forward(words().narrow(1, i, 1), memory, {.causal = true}, &cache),
                  logits.narrow(1, i, 1));
    const torch::Tensor rows = torch::tensor({1, 1, 0});
    vit::DecoderCache beams;
    decoder->forward(words().narrow(1, 0, 3), memory, {.causal = true}, &beams);
    beams.select(rows);
    const torch::Tensor chosen = words().index_select(0, rows);
    check_close(decoder->forward(chosen.narrow(1, 3, 1), memory, {.causal = true}, &beams),
                decoder(chosen, memory.index_select(0, rows)).narrow(1, 3, 1));
    // A text whose memory's summary is known may have it in its positions.
    for (std::int64_t i = 0; i < 2; ++i) {
      Decoder alone(options);
      for (const auto& item : decoder->named_parameters())
        alone->named_parameters()[item.key()].copy_(item.value());
      alone->pos_embed.add_(added.narrow(0, i, 1));
      alone->summary->weight.zero_();
      alone->summary->bias.zero_();
      check_close(alone(words().narrow(0, i, 1), memory.narrow(0, i, 1)), logits.narrow(0, i, 1));
      check_close(alone->forward_parallel(4, memory.narrow(0, i, 1)),
                  decoder->forward_parallel(4, memory).narrow(0, i, 1));
    }
  }
}

TEST_CASE("A cache whose rows are chosen goes on with these sequences") {
  const torch::NoGradGuard no_grad;
  Decoder decoder = random_decoder();
  vit::DecoderCache cache;
  decoder->forward(words().narrow(1, 0, 3), image_tokens(), {.causal = true}, &cache);
  const torch::Tensor rows = torch::tensor({1, 1, 0});
  cache.select(rows);
  const torch::Tensor chosen = words().index_select(0, rows);
  check_close(decoder->forward(chosen.narrow(1, 3, 1), image_tokens(), {.causal = true}, &cache),
              decoder(chosen, image_tokens().index_select(0, rows)).narrow(1, 3, 1));
}

TEST_CASE("A padded batch gives what each text gives by itself, causal or not") {
  const torch::NoGradGuard no_grad;
  Decoder decoder = random_decoder();
  torch::Tensor padded = words().clone();
  padded[1].narrow(0, 4, 2).zero_();  // the second text has four tokens
  torch::Tensor counts = torch::ones({2, 6}, torch::kBool);
  counts[1].narrow(0, 4, 2).zero_();
  const torch::Tensor short_text = words().narrow(0, 1, 1).narrow(1, 0, 4),
                      its_image = image_tokens().narrow(0, 1, 1);
  check_close(decoder(padded, image_tokens())[1].narrow(0, 0, 4),
              decoder(short_text, its_image)[0]);
  check_close(decoder->forward(padded, image_tokens(), {.keys = counts})[1].narrow(0, 0, 4),
              decoder->forward(short_text, its_image, {})[0]);
}

TEST_CASE("A decoder that holds all words for equally likely has a loss of ln V") {
  const torch::NoGradGuard no_grad;
  Decoder decoder = random_decoder();
  decoder->token_embed->weight.zero_();
  const torch::Tensor loss =
      next_word_loss(decoder(words().narrow(1, 0, 5), image_tokens()), words());
  CHECK(loss.item<double>() == Approx(std::log(7.0)));
  vit::DecoderOptions wide = small_decoder();
  wide.vocab_size = 500;
  Decoder fresh(wide);  // and a new one is close to it
  CHECK(next_word_loss(fresh(words().narrow(1, 0, 5), image_tokens()), words()).item<double>() ==
        Approx(std::log(500.0)).epsilon(0.01));
}

TEST_CASE("Positions are learned or fixed, the output is tied or has its own layer") {
  vit::DecoderOptions options = small_decoder();
  CHECK(random_decoder(options)->named_parameters().contains("pos_embed"));
  options.positions = vit::TokenPositions::sincos;
  options.tied = false;
  Decoder other = random_decoder(options);
  CHECK_FALSE(other->named_parameters().contains("pos_embed"));
  CHECK(torch::equal(other->named_buffers()["pos_embed"], vit::sincos1d_pos_embed(12, 6)));
  CHECK(other->named_parameters().contains("head.weight"));
  CHECK(other(words(), image_tokens()).sizes() == at::IntArrayRef({2, 6, 7}));
  CHECK(torch::equal(vit::test::clone_of(other)(words(), image_tokens()),
                     other(words(), image_tokens())));
}

TEST_CASE("Gradients reach every weight of a decoder") {
  Decoder decoder = random_decoder();
  for (const std::string& name :
       vit::test::without_gradient(decoder, decoder(words(), image_tokens())))
    CHECK(name.ends_with("k_proj.bias"));
}

TEST_CASE("More tokens than there are positions for are refused, in one step or in several") {
  const torch::NoGradGuard no_grad;
  Decoder decoder = random_decoder();
  CHECK_THROWS_WITH(decoder(torch::ones({2, 7}, torch::kInt64), image_tokens()),
                    Catch::Contains("7 tokens, and there are positions for 6"));
  vit::DecoderCache cache;
  decoder->forward(words(), image_tokens(), {.causal = true}, &cache);
  CHECK_THROWS_AS(
      decoder->forward(words().narrow(1, 0, 1), image_tokens(), {.causal = true}, &cache),
      vit::Error);
  CHECK_THROWS_WITH(decoder(words().to(torch::kFloat32), image_tokens()),
                    Catch::Contains("expected ids [B, L] int64"));
}
