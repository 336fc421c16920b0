#include "vit/train/step_profiler.h"

#include <torch/types.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/support/small_vit.h"
#include "vit/train/step_timer.h"

TEST_CASE("Operators and their gradients are told by the part of the model that they belong to") {
  vit::VisionTransformer model(vit::test::small_vit(3));
  const vit::StepProfiler profiler(*model);
  double forward = 0, backward = 0;
  const torch::Tensor loss = vit::timed("forward", forward, [&] {
    return model->forward(torch::ones({2, 3, 16, 16})).square().sum();
  });
  vit::timed("backward", backward, [&] { loss.backward(); });
  const vit::StepProfile profile = profiler.profile(1);
  CHECK(profile.forward == Approx(forward).margin(1e-3));
  CHECK(profile.backward == Approx(backward).margin(1e-3));
  const auto part = [&](const std::string& name) {
    const auto found = std::find_if(profile.parts.begin(), profile.parts.end(),
                                    [&](const auto& one) { return one.name == name; });
    return found == profile.parts.end() ? vit::StepProfile::Part{} : *found;
  };
  for (const char* name :
       {"patch_embed.proj", "blocks.*.norm1", "blocks.*.attn.qkv", "blocks.*.attn.proj", "head"}) {
    INFO(name);
    CHECK(part(name).forward > 0);
    CHECK(part(name).backward > 0);
  }
  double heard = 0;
  for (const auto& one : profile.parts) heard += one.forward + one.backward;
  CHECK(heard <= profile.seconds);
  CHECK(std::any_of(profile.trace.begin(), profile.trace.end(), [](const vit::TraceEvent& event) {
    return event.part.rfind("blocks.0.", 0) == 0;
  }));
}
