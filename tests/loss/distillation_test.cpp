#include "vit/loss/distillation.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "vit/loss/cross_entropy.h"

TEST_CASE("A student that agrees has nothing to learn, and the teacher learns nothing") {
  torch::Tensor student = torch::tensor({{2.0f, 0.0f, -1.0f}}).requires_grad_(),
                teacher = torch::tensor({{0.0f, 1.0f, 0.5f}}).requires_grad_();
  CHECK(vit::soft_distillation(student, student.detach(), 3.0).item<double>() ==
        Approx(0).margin(1e-7));
  const torch::Tensor loss = vit::soft_distillation(student, teacher, 3.0);
  const torch::Tensor p = (teacher.detach() / 3).softmax(1), q = (student.detach() / 3).softmax(1);
  CHECK(loss.item<double>() == Approx((p * (p.log() - q.log())).sum().item<double>() * 9 / 3));
  loss.backward();
  CHECK(student.grad().ne(0).any().item<bool>());
  CHECK_FALSE(teacher.grad().defined());
}

TEST_CASE("Hard distillation takes the teacher's decisions as labels") {
  const torch::Tensor student = torch::tensor({{2.0f, 0.0f, -1.0f}}),
                      teacher = torch::tensor({{0.0f, 1.0f, 0.5f}});
  CHECK(vit::hard_distillation(student, teacher).item<double>() ==
        Approx(vit::cross_entropy(student, torch::tensor({1})).item<double>()));
}

TEST_CASE("A teacher of other classes is refused") {
  CHECK_THROWS_WITH(vit::soft_distillation(torch::zeros({1, 3}), torch::zeros({1, 4}), 1.0),
                    Catch::Contains("the same classes"));
}
