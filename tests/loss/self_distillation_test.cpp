#include "vit/loss/self_distillation.h"

#include <torch/autograd.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"
#include "vit/weights/tensors.h"

namespace {

class LossFixture {
 public:
  explicit LossFixture(const std::string& name)
      : folder_(vit::test::shared("fixtures/tasks/" + name)) {}
  explicit operator bool() const { return folder_.has_value(); }
  [[nodiscard]] torch::Tensor at(const std::string& name) const {
    const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder_ / "io.safetensors");
    return vit::read_tensor(io, io.at(name));
  }
  void check(const std::string& name, const torch::Tensor& found) const {
    INFO(name);
    const torch::Tensor expected = at(name);
    REQUIRE(found.numel() == expected.numel());
    CHECK((found.detach().reshape(expected.sizes()) - expected).abs().max().item<double>() <=
          1e-5 * std::max(1e-3, expected.abs().max().item<double>()));
  }

 private:
  std::optional<std::filesystem::path> folder_;
};

torch::Tensor gradient(const torch::Tensor& loss, const torch::Tensor& of) {
  return torch::autograd::grad({loss}, {of})[0];
}

}  // namespace

TEST_CASE("DINO's loss and its centre are the repository's") {
  const LossFixture fixture("dino_loss");
  if (!fixture) return;
  const double temperatures[] = {0.04, 0.055, 0.07};
  for (int i = 0; i < 3; ++i) {
    const std::string of = "_" + std::to_string(i);
    torch::Tensor student = fixture.at("student" + of).requires_grad_();
    const torch::Tensor teacher = fixture.at("teacher" + of),
                        centre = fixture.at("center_before" + of).flatten();
    const torch::Tensor loss = vit::dino_loss(
        student.unflatten(0, {6, -1}),
        vit::centred_softmax(teacher, centre, temperatures[i]).unflatten(0, {2, -1}), 0.1);
    fixture.check("loss" + of, loss);
    fixture.check("grad_student" + of, gradient(loss, student));
    fixture.check("center_after" + of, vit::moved_centre(centre, teacher, 0.9));
  }
}

TEST_CASE("DINOv2's losses are the repository's") {
  const LossFixture fixture("dinov2_losses");
  if (!fixture) return;
  const torch::Tensor teacher = fixture.at("teacher"), none = torch::zeros({40});
  const torch::Tensor first = vit::centred_softmax(teacher, none, 0.07);
  fixture.check("softmax_1", first);
  const torch::Tensor centre = vit::moved_centre(none, teacher, 0.9);
  fixture.check("center", centre);
  fixture.check("softmax_2", vit::centred_softmax(teacher, centre, 0.05));
  fixture.check("sinkhorn", vit::sinkhorn_knopp(teacher, 0.07));
  const torch::Tensor mask = fixture.at("ibot_mask").to(torch::kBool),
                      patches = fixture.at("ibot_teacher");
  const torch::Tensor taught = vit::centred_softmax(patches, none, 0.06);
  fixture.check("ibot_teacher_softmax", taught);
  const torch::Tensor loss =
      vit::ibot_loss(fixture.at("ibot_student").index({mask}), taught.index({mask}), mask, 0.1);
  fixture.check("ibot_loss_masked", loss);
  fixture.check("ibot_loss", loss);
  fixture.check("ibot_center", vit::moved_centre(none, patches, 0.9));
  torch::Tensor x = fixture.at("koleo_x").requires_grad_();
  const torch::Tensor koleo = vit::koleo_loss(x);
  fixture.check("koleo_loss", koleo);
  fixture.check("koleo_grad", gradient(koleo, x));
}

TEST_CASE("KoLeo is DINOv2's, with ties too") {
  const LossFixture fixture("koleo");
  if (!fixture) return;
  for (const char* which : {"_a", "_b"}) {
    torch::Tensor x = fixture.at("x" + std::string(which)).requires_grad_();
    const torch::Tensor loss = vit::koleo_loss(x);
    fixture.check("loss" + std::string(which), loss);
    fixture.check("grad" + std::string(which), gradient(loss, x));
  }
}

TEST_CASE("Sinkhorn gives every image one unit and every prototype an equal share") {
  const torch::Tensor logits = vit::test::random_tensor({12, 4});
  const torch::Tensor shares = vit::sinkhorn_knopp(logits, 0.5, 50);
  CHECK(torch::allclose(shares.sum(1), torch::ones({12})));
  CHECK(torch::allclose(shares.sum(0), torch::full({4}, 3.0f), 1e-3, 1e-3));
  // Large logits of a cold teacher stay finite.
  CHECK(vit::sinkhorn_knopp(logits * 100, 0.04).isfinite().all().item<bool>());
}

TEST_CASE("The loss leaves out a view against itself") {
  const torch::Tensor student = vit::test::random_tensor({2, 3, 5});
  torch::Tensor teacher = vit::test::random_tensor({1, 3, 5}, 7).softmax(-1);
  torch::Tensor changed = student.clone();
  changed[0] = 9;  // the teacher's own view
  CHECK(torch::equal(vit::dino_loss(student, teacher, 0.1), vit::dino_loss(changed, teacher, 0.1)));
  const auto error = vit::test::error_of([] { (void)vit::koleo_loss(torch::ones({1, 4})); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
}
