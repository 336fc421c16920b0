#include "vit/run/mlflow_export.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/run/written_run.h"
#include "tests/support/http_server.h"
#include "vit/core/error.h"

using nlohmann::json;
using vit::test::HttpAsked;
using vit::test::HttpReply;
using vit::test::HttpServer;
using vit::test::WrittenRun;

namespace {

/// As much of MLflow as answers: an experiment that has to be made first, and one run.
HttpReply mlflow(const HttpAsked& asked) {
  if (asked.path.ends_with("/experiments/create")) return {.body = R"({"experiment_id":"7"})"};
  if (asked.path.ends_with("/runs/create")) return {.body = R"({"run":{"info":{"run_id":"r1"}}})"};
  return {.body = "{}"};
}

}  // namespace

TEST_CASE(
    "A run's parameters, numbers and end go to an MLflow server, in the order that it wants") {
  const vit::test::ScratchFolder folder;
  const WrittenRun run(folder.path(), "run");
  run.done();
  std::string lines;
  for (int step = 0; step < 1500; ++step)
    lines += "{\"step\":" + std::to_string(step) + ",\"train_loss\":0.5,\"eval_loss\":null}\n";
  vit::test::put(run.directory.metrics(), lines);
  const HttpServer server(mlflow);
  const vit::MlflowRun sent =
      vit::export_to_mlflow(run.directory.root(), server.url("/"), "my runs");
  CHECK(sent.experiment_id == "7");
  CHECK(sent.run_id == "r1");
  CHECK(sent.metrics == 1500);  // JSON's null is no number
  std::size_t parameters = 0, metrics = 0;
  bool learning_rate = false;
  const std::vector<HttpAsked> asked = server.asked();
  for (const HttpAsked& one : asked) {
    CHECK(one.method == "POST");
    const json body = json::parse(one.body);
    if (!one.path.ends_with("/runs/log-batch")) continue;
    CHECK(body.at("run_id") == "r1");
    const json some = body.value("params", json::array()),
               numbers = body.value("metrics", json::array());
    CHECK(some.size() <= 100);
    CHECK(numbers.size() <= 1000);
    parameters += some.size();
    metrics += numbers.size();
    for (const json& parameter : some)
      learning_rate |= parameter == json{{"key", "optim.lr"}, {"value", "0.001"}};
  }
  CHECK(learning_rate);
  CHECK(parameters > 100);
  CHECK(metrics == 1500);
  CHECK(asked.front().path == "/api/2.0/mlflow/experiments/search");
  CHECK(asked.back().path == "/api/2.0/mlflow/runs/update");
  CHECK(json::parse(asked.back().body).at("status") == "FINISHED");
}

TEST_CASE("What the server says against it is told, and what is no server is refused") {
  const vit::test::ScratchFolder folder;
  const WrittenRun run(folder.path(), "run");
  const HttpServer server([](const HttpAsked&) {
    return HttpReply{.status = 400, .body = R"({"error_code":"X","message":"no room left"})"};
  });
  const auto refused = vit::test::error_of(
      [&] { (void)vit::export_to_mlflow(run.directory.root(), server.url(), "vit"); });
  REQUIRE(refused);
  CHECK(refused->kind() == vit::ErrorKind::resource);
  CHECK_THAT(refused->problem(), Catch::Contains("no room left"));
  for (const char* address : {"localhost:5000", "ftp://host"}) {
    const auto error = vit::test::error_of(
        [&] { (void)vit::export_to_mlflow(run.directory.root(), address, "vit"); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
  }
  const auto none = vit::test::error_of(
      [&] { (void)vit::export_to_mlflow(folder / "none", server.url(), "vit"); });
  REQUIRE(none);
  CHECK(none->kind() == vit::ErrorKind::usage);
}
