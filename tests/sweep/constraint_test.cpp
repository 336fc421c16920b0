#include "vit/sweep/constraint.h"

#include <map>

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

using vit::Constraint;
using vit::ConstraintValue;

const std::map<std::string, ConstraintValue> kValues = {
    {"model.depth", 8.0}, {"model.num_heads", 3.0}, {"optim.lr", 1e-3}, {"optim.opt", "sgd"}};

Constraint constraint(const std::string& text) {
  return {text,
          [](const std::string& word) {
            if (kValues.contains(word) || word == "optim.momentum")
              return Constraint::Word::parameter;
            return word == "sgd" || word == "adamw" ? Constraint::Word::text
                                                    : Constraint::Word::unknown;
          },
          "constraints"};
}

bool holds(const std::string& text) {
  return constraint(text).holds([](const std::string& name) -> std::optional<ConstraintValue> {
    const auto found = kValues.find(name);
    if (found == kValues.end()) return std::nullopt;
    return found->second;
  });
}

}  // namespace

TEST_CASE("A constraint compares sums and products of numbers and parameters") {
  CHECK(holds("model.depth % model.num_heads == 2"));
  CHECK(holds("model.depth * 2 + 1 == 17"));
  CHECK(holds("(model.depth - 2) / model.num_heads <= 2"));
  CHECK(holds("-model.depth < -7"));
  CHECK(holds("optim.lr == 1e-3"));
  CHECK_FALSE(holds("optim.lr > 1.5e-3"));
  CHECK_FALSE(holds("model.depth != 8"));
}

TEST_CASE("and binds more tightly than or, not more tightly than both") {
  CHECK(holds("model.depth == 8 or model.depth == 9 and optim.lr > 1"));
  CHECK_FALSE(holds("(model.depth == 8 or model.depth == 9) and optim.lr > 1"));
  CHECK(holds("not model.depth == 9 and optim.lr < 1"));
}

TEST_CASE("Texts compare with labels, in quotes or not") {
  CHECK(holds("optim.opt == sgd"));
  CHECK(holds("optim.opt != 'adamw'"));
  CHECK_FALSE(holds("optim.opt == \"adamw\""));
  // A text is no number, whatever it is compared with.
  CHECK_FALSE(holds("optim.opt > 3"));
}

TEST_CASE("A constraint on a parameter that does not count says nothing") {
  CHECK(holds("optim.momentum > 5"));
  CHECK_FALSE(holds("optim.opt == adamw and optim.momentum > 5"));
}

TEST_CASE("What cannot be read is told with the expression") {
  for (const char* text : {"", "model.depth ==", "(model.depth == 8", "model.dept == 8",
                           "model.depth == 8 9", "'open", "model.depth @ 3"}) {
    INFO(text);
    const auto problem = vit::test::error_of([&] { (void)constraint(text); });
    REQUIRE(problem);
    CHECK(problem->kind() == vit::ErrorKind::usage);
    CHECK(problem->where() == "constraints");
  }
  const std::string deep(10'000, '(');
  CHECK(vit::test::error_of([&] { (void)constraint(deep); }));
}
