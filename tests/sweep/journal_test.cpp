#include "vit/sweep/journal.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/sweep/sweeps.h"

namespace {

using nlohmann::json;
using vit::Journal;

std::vector<json> lines_of(const std::filesystem::path& file) {
  std::istringstream text(vit::test::get(file));
  std::vector<json> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
  return lines;
}

/// A journal with a finished trial, one that failed and one that has begun.
void write(const std::filesystem::path& file) {
  const vit::Space space = vit::test::every_kind();
  Journal journal(file);
  journal.create_study("a sweep", vit::Better::larger);
  journal.set_attribute("vit:subject", "{}");
  for (int i = 0; i < 3; ++i) {
    const auto values = vit::test::observation(i);
    journal.create_trial(space, {values.begin(), values.end()});
    journal.begin(i, 2, "host:1:2");
  }
  journal.finish(0, 2, {81.5, 1, {{"parameters", 1234}}, 3.5}, true);
  journal.fail(1, {2, 6, "the loss is NaN"});
  journal.append();
}

}  // namespace

TEST_CASE("A journal is read back as it was written") {
  const vit::test::ScratchFolder folder;
  write(folder / "j");
  Journal journal(folder / "j");
  journal.read();
  CHECK(journal.exists());
  CHECK(journal.attribute("vit:subject") == "{}");
  REQUIRE(journal.trials().size() == 3);
  const auto& done = journal.trials()[0];
  CHECK(done.closed);
  CHECK(done.values.at("depth") == 2);
  CHECK(done.results.at(2).value == 81.5);
  CHECK(done.results.at(2).best_epoch == 1);
  CHECK(done.results.at(2).figures ==
        std::vector<std::pair<std::string, double>>{{"parameters", 1234}});
  CHECK(done.spans[0].worker == "host:1:2");
  CHECK_FALSE(done.spans[0].end.empty());
  CHECK(journal.trials()[1].failure->message == "the loss is NaN");
  CHECK_FALSE(journal.trials()[2].closed);
}

TEST_CASE("Its lines are those of Optuna's JournalFileBackend") {
  const vit::test::ScratchFolder folder;
  write(folder / "j");
  const auto lines = lines_of(folder / "j");
  CHECK(lines[0].at("op_code") == 0);
  CHECK(lines[0].at("study_name") == "a sweep");
  CHECK(lines[0].at("directions") == json::array({2}));
  CHECK(lines[1].at("op_code") == 2);
  CHECK(lines[2].at("op_code") == 4);
  CHECK(lines[2].at("study_id") == 0);
  CHECK_THAT(lines[2].at("datetime_start").get<std::string>(), Catch::EndsWith("+00:00"));
  const auto parameter = [&](int i) { return lines[static_cast<std::size_t>(3 + i)]; };
  const auto distribution = [&](int i) {
    return json::parse(parameter(i).at("distribution").get<std::string>());
  };
  CHECK(parameter(0).at("op_code") == 5);
  CHECK(parameter(0).at("trial_id") == 0);
  CHECK(parameter(0).at("param_name") == "lr");
  CHECK(distribution(0) == json::parse(R"({"name": "FloatDistribution",
                        "attributes": {"step": null, "low": 1e-4, "high": 0.1, "log": true}})"));
  CHECK(distribution(2) == json::parse(R"({"name": "IntDistribution",
                        "attributes": {"log": false, "step": 1, "low": 2, "high": 12}})"));
  CHECK(distribution(4) == json::parse(R"({"name": "CategoricalDistribution",
                        "attributes": {"choices": ["adamw", "sgd", "lion"]}})"));
  std::map<std::pair<int, int>, json> last;  // by operation and trial
  for (const json& line : lines)
    if (line.contains("trial_id")) last[{line.at("op_code"), line.at("trial_id")}] = line;
  CHECK(last.at({6, 0}).at("state") == 1);
  CHECK(last.at({6, 0}).at("values") == json::array({81.5}));
  CHECK(last.at({7, 0}).at("step") == 2);
  CHECK(last.at({7, 0}).at("intermediate_value") == 81.5);
  CHECK(last.at({6, 1}).at("state") == 3);
  CHECK(last.at({6, 1}).at("values").is_null());
  CHECK_FALSE(last.contains({6, 2}));
}

TEST_CASE("A journal that is cut anywhere loses its last line at most, and can be gone on with") {
  const vit::test::ScratchFolder folder;
  write(folder / "whole");
  const std::string whole = vit::test::get(folder / "whole");
  const vit::Space space = vit::test::every_kind();
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    const auto file = folder / "cut";
    vit::test::put(file, whole.substr(0, size));
    Journal journal(file);
    journal.read();
    journal.repair();
    const std::string kept = vit::test::get(file);
    REQUIRE((kept.empty() || kept.back() == '\n'));
    REQUIRE(whole.starts_with(kept));
    REQUIRE(whole.substr(0, size).rfind('\n') + 1 == kept.size());
    journal.set_attribute("more", "x");
    journal.append();
    Journal again(file);
    again.read();
    REQUIRE(again.attribute("more") == "x");
  }
}

TEST_CASE("A damaged line within a journal is told with its number") {
  const vit::test::ScratchFolder folder;
  write(folder / "j");
  std::string text = vit::test::get(folder / "j");
  text.replace(text.find('\n') + 1, 5, "#####");
  vit::test::put(folder / "j", text);
  Journal journal(folder / "j");
  const auto problem = vit::test::error_of([&] { journal.read(); });
  REQUIRE(problem);
  CHECK(problem->kind() == vit::ErrorKind::resource);
  CHECK_THAT(problem->where(), Catch::EndsWith("j:2"));
}
