#include "vit/sweep/space.h"

#include "tests/catch.h"
#include "tests/sweep/sweeps.h"

using vit::Configuration;
using vit::Space;

TEST_CASE("A place in the unit interval becomes a value of each kind of range") {
  const Space space = vit::test::space(
      "lr: {log: [1e-4, 1e-2]}\n"
      "drop: {float: [0.1, 0.5]}\n"
      "depth: {int: [2, 12]}\n"
      "width: {int: [64, 250], step: 64}\n"
      "dim: {log_int: [1, 100]}\n"
      "opt: {choice: [adamw, sgd, lion]}\n");
  const auto at = [&](double place) { return space.at(std::vector<double>(6, place)); };
  CHECK(*at(0)[0] == Approx(1e-4));
  CHECK(*at(0.5)[0] == Approx(1e-3));
  CHECK(*at(0.25)[1] == Approx(0.2));
  // Each of the 11 depths has an eleventh.
  CHECK(*at(0)[2] == 2);
  CHECK(*at(0.0909)[2] == 2);
  CHECK(*at(0.0910)[2] == 3);
  CHECK(*at(0.9999)[2] == 12);
  // 250 cannot be reached by steps of 64.
  CHECK(*at(0.9999)[3] == 192);
  CHECK(*at(0)[4] == 1);
  CHECK(*at(0.9999)[4] == 100);
  CHECK(*at(0.5)[4] == 7);
  CHECK(*at(0.34)[5] == 1);
  CHECK(space.sets(at(0.5)) == std::vector<std::string>{"lr=" + vit::yaml_text(*at(0.5)[0]),
                                                        "drop=" + vit::yaml_text(*at(0.5)[1]),
                                                        "depth=7", "width=128", "dim=7",
                                                        "opt=sgd"});
}

TEST_CASE("A conditional parameter counts where its conditions hold, one upon another") {
  const Space space = vit::test::space(
      "opt: {choice: [adamw, sgd]}\n"
      "nesterov: {choice: [true, false], when: {opt: sgd}}\n"
      "momentum: {float: [0.5, 0.9], when: {opt: [sgd], nesterov: true}}\n");
  const Configuration none = space.at(std::vector<double>{0.1, 0.1, 0.1});
  CHECK(none == Configuration{0.0, std::nullopt, std::nullopt});
  CHECK(space.sets(none) == std::vector<std::string>{"opt=adamw"});
  const Configuration all = space.at(std::vector<double>{0.9, 0.1, 0.5});
  CHECK(*all[2] == Approx(0.7));
  CHECK_FALSE(space.at(std::vector<double>{0.9, 0.9, 0.5})[2]);
}

TEST_CASE("A choice may stand for several keys") {
  const Space space = vit::test::space(
      "shape: {choice: {deep: {model.depth: 12, model.embed_dim: 96}, wide: {model.depth: 3}}}\n"
      "augment.train: {choice: [[], [hflip, {random_crop: {padding: 4}}]]}\n");
  CHECK(space.sets({0.0, 1.0}) ==
        std::vector<std::string>{"model.depth=12", "model.embed_dim=96",
                                 "augment.train=[hflip, {random_crop: {padding: 4}}]"});
  CHECK(space.parameters[0].text(1) == "wide");
  CHECK(space.parameters[1].text(0) == "[]");
}
