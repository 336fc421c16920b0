#include "vit/run/run_checksums.h"

#include "tests/catch.h"
#include "tests/run/written_run.h"
#include "vit/core/error.h"
#include "vit/io/digest.h"

using vit::test::WrittenRun;

namespace {

struct SummedRun {
  SummedRun() : run(folder.path(), "run") {
    vit::test::put(run.directory.last_checkpoint(), "weights");
    vit::test::put(run.directory.summary(), "epoch,train_loss,images_per_s,time_s\n1,0.5,80,2\n");
    vit::test::put(run.directory.metrics(),
                   "{\"step\":1,\"train_loss\":0.5,\"images_per_s\":80.0,\"wait_s\":0.25}\n");
  }
  vit::test::ScratchFolder folder;
  WrittenRun run;
};

}  // namespace

TEST_CASE("Times and speeds have no say, every other number has") {
  const SummedRun run;
  const vit::RunDirectory& directory = run.run.directory;
  const vit::RunChecksums before = vit::run_checksums(directory);
  CHECK(before.size() == 3);
  vit::test::put(directory.summary(), "epoch,train_loss,images_per_s,time_s\n1,0.5,81,9\n");
  vit::test::put(directory.metrics(),
                 "{\"step\":1,\"train_loss\":0.5,\"images_per_s\":7.0,\"wait_s\":1.0}\n");
  CHECK(vit::run_checksums(directory) == before);
  vit::test::put(directory.summary(), "epoch,train_loss,images_per_s,time_s\n1,0.6,80,2\n");
  CHECK(vit::run_checksums(directory).at("summary.csv") != before.at("summary.csv"));
  CHECK(vit::repeatable_metrics(directory) == "{\"step\":1,\"train_loss\":0.5}\n");
  CHECK(vit::repeatable_summary(directory) == "epoch,train_loss\n1,0.6\n");
}

TEST_CASE("What is written is read again, and whole files stand as sha256sum has them") {
  const SummedRun run;
  const vit::RunDirectory& directory = run.run.directory;
  CHECK(vit::read_run_checksums(directory).empty());
  const vit::RunChecksums sums = vit::run_checksums(directory);
  vit::write_run_checksums(directory, sums);
  CHECK(vit::read_run_checksums(directory) == sums);
  CHECK_THAT(vit::test::get(directory.checksums()),
             Catch::Contains("\n" + sums.at("checkpoints/last.safetensors") +
                             "  checkpoints/last.safetensors\n"));
  vit::test::put(directory.checksums(), "no checksum\n");
  const auto error = vit::test::error_of([&] { (void)vit::read_run_checksums(directory); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
}
