#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/nn/captioner.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/nn/generate.h"
#include "vit/run/open_model.h"
#include "vit/tasks/caption/task.h"
#include "vit/tasks/caption/weights.h"

TEST_CASE("A captioner of torch's attentions gives its logits, encoder and decoder together") {
  const auto folder = vit::test::shared("fixtures/models/captioner");
  if (!folder) return;
  const torch::NoGradGuard no_grad;
  const auto io = vit::test::tensors_in(*folder / "io.safetensors");
  vit::log::set_console_level(vit::log::Level::off);
  const vit::TrainedModel opened =
      vit::open_named_model("auto", (*folder / "weights.safetensors").string(),
                            {"task.name=caption", "model.num_heads=3", "task.decoder.heads=4",
                             "model.img_size=[32, 24]"});
  vit::log::set_console_level(vit::log::Level::info);
  const vit::NamedTensors found =
      opened.task->outputs({{"x", io.at("x")}, {"input_ids", io.at("tokens")}});
  CHECK(found.at(0).first == "logits");
  CHECK((found.at(0).second - io.at("logits")).abs().max().item<double>() <=
        1e-5 * io.at("logits").abs().max().item<double>());
  auto& network = dynamic_cast<vit::CaptionNetwork&>(opened.task->network());
  CHECK((network.memory(io.at("x")) - io.at("memory")).abs().max().item<double>() < 1e-4);
  CHECK(torch::equal(vit::generate(network.decoder(), network.memory(io.at("x")),
                                   {.bos = 1, .eos = 2, .pad = 0, .beams = 3})
                         .tokens,
                     io.at("beam")));
  CHECK_THROWS_WITH(
      opened.task->outputs({{"x", io.at("x")}, {"input_ids", torch::full({1, 3}, 23)}}),
      Catch::Contains("input_ids") && Catch::Contains("23"));
  CHECK_THROWS_WITH(opened.task->predictor(), Catch::Contains("task.tokenizer"));
  CHECK_FALSE(vit::has_decoder(*folder / "io.safetensors"));
}
