#include "vit/config/reference.h"

#include <algorithm>
#include <string>

#include "tests/catch.h"
#include "tests/config/yaml_example.h"

using namespace vit;
using namespace vit::example;

namespace {

std::vector<ReferenceRow> rows() {
  Experiment experiment;
  experiment.train.add("hflip");
  return reference([&](FieldVisitor& visitor) { describe(visitor, experiment); });
}

ReferenceRow row(const std::string& path) {
  const auto all = rows();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& r) { return r.path == path; });
  REQUIRE(found != all.end());
  return *found;
}

}  // namespace

TEST_CASE("a row tells key, type, default, what is allowed and what it is") {
  const ReferenceRow lr = row("optim.lr");
  CHECK(lr.type == "number");
  CHECK(lr.fallback == "0.001");
  CHECK(lr.allowed == "at least 0");
  CHECK(lr.help == "the peak learning rate");
  CHECK(lr.only_if.empty());
  CHECK(row("model.qk_norm").type == "true or false, or null");
  CHECK(row("optim.opt").allowed == "adamw, sgd");
  CHECK(row("optim").type == "section");
}

TEST_CASE("a list of named things is followed by the options of each") {
  CHECK(row("augment.train").fallback == "[hflip]");
  CHECK(row("augment.train").allowed == "random_crop, hflip, rand_augment");
  CHECK(row("augment.train.random_crop.padding").fallback == "0");
  CHECK(row("augment.train.rand_augment.m").allowed == "between 0 and 10");
}

TEST_CASE("options that depend on a choice are listed with it") {
  CHECK(row("optim.momentum").only_if == "optim.opt is sgd");
  CHECK(row("optim.betas").only_if.empty());
}

TEST_CASE("no key is listed twice") {
  auto all = rows();
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  CHECK(std::adjacent_find(all.begin(), all.end(), [](const auto& a, const auto& b) {
          return a.path == b.path;
        }) == all.end());
}

TEST_CASE("the reference is text for a terminal and Markdown for the documentation") {
  const std::string text = reference_text(rows());
  CHECK(text.find("\nschedule: over time\n  schedule.epochs: 100  ") != std::string::npos);
  CHECK(text.find("over the training split (whole number: at least 1)") != std::string::npos);
  CHECK(text.find("of the velocity [where optim.opt is sgd]") != std::string::npos);
  const std::string markdown = reference_markdown(rows());
  CHECK(markdown.find("## optim\n\nthe optimizer\n\n| Key |") != std::string::npos);
  CHECK(markdown.find("| `optim.lr` | number | `0.001` | at least 0 | the peak learning rate |") !=
        std::string::npos);
}
