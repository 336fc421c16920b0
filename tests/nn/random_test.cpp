#include "vit/nn/random.h"

#include <torch/types.h>

#include <thread>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

using vit::RandomScope;
using vit::Rng;
using vit::Stream;

namespace {

torch::Tensor draw() { return torch::rand({4}, RandomScope::generator(c10::kCPU)); }

}  // namespace

TEST_CASE("Numbers are a function of the scope's Rng") {
  const auto drawn = [](Rng rng) {
    const RandomScope scope(rng);
    return draw();
  };
  CHECK(torch::equal(drawn(Rng(1, Stream::model, 2, 3)), drawn(Rng(1, Stream::model, 2, 3))));
  CHECK_FALSE(torch::equal(drawn(Rng(1, Stream::model, 2, 3)), drawn(Rng(1, Stream::model, 2, 4))));
}

TEST_CASE("Within a scope the numbers go on, and an inner scope leaves the outer one as it was") {
  const RandomScope outer(Rng(1, Stream::model));
  const torch::Tensor first = draw();
  torch::Tensor inner_first;
  {
    const RandomScope inner(Rng(1, Stream::model));
    inner_first = draw();
  }
  CHECK(torch::equal(first, inner_first));
  const torch::Tensor second = draw();
  const RandomScope again(Rng(1, Stream::model));
  (void)draw();
  CHECK(torch::equal(second, draw()));
}

TEST_CASE("LibTorch's global generator is neither read nor moved") {
  torch::manual_seed(7);
  const torch::Tensor expected = torch::rand({3});
  torch::manual_seed(7);
  const RandomScope scope(Rng(1, Stream::model));
  (void)draw();
  CHECK(torch::equal(torch::rand({3}), expected));
}

TEST_CASE("Where no scope is alive, also on another thread, the error says what to do") {
  const RandomScope scope(Rng(1, Stream::model));
  std::optional<vit::Error> error;
  std::thread([&] { error = vit::test::error_of([] { (void)draw(); }); }).join();
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->remedy(), Catch::Contains("RandomScope"));
  CHECK_THAT(error->remedy(), Catch::Contains("eval()"));
}
