#include "vit/run/clean_runs.h"

#include "tests/catch.h"
#include "tests/run/written_run.h"
#include "vit/core/error.h"

using vit::Removable;
using vit::test::put;
using vit::test::WrittenRun;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> names(const std::vector<Removable>& found, const fs::path& folder) {
  std::vector<std::string> all;
  for (const Removable& one : found) all.push_back(one.path.lexically_relative(folder).string());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("What nobody needs is found, and nothing else") {
  const vit::test::ScratchFolder folder;
  const WrittenRun done(folder.path(), "done"), killed(folder.path(), "killed"),
      saved(folder.path(), "saved"), noted(folder.path(), "noted"),
      running(folder.path(), "running");
  done.done();
  put(done.directory.last_checkpoint(), "weights");
  put(done.directory.kept_checkpoint(5), "older weights");
  put(done.directory.root() / "report.html.tmp.12345", "half");
  put(done.directory.root() / "thoughts.tmp.txt", "a user's own");
  put(saved.directory.last_checkpoint(), "weights");
  put(saved.directory.kept_checkpoint(5), "to go on from, should the last one be damaged");
  put(noted.directory.root() / "notes.md", "a user's own");
  const WrittenRun troubled(folder.path(), "troubled");
  fs::create_directory(troubled.directory.root() / "trouble");
  const vit::RunLock lock(running.directory);
  const auto found = vit::removable_in(folder.path());
  CHECK(names(found, folder.path()) ==
        std::vector<std::string>{"done/checkpoints/update-000000000005.safetensors",
                                 "done/report.html.tmp.12345", "killed"});
  for (const Removable& one : found) {
    CHECK(one.bytes > 0);
    CHECK(vit::remove(one));
  }
  CHECK(vit::removable_in(folder.path()).empty());
  CHECK(fs::exists(done.directory.last_checkpoint()));
  CHECK(fs::exists(done.directory.root() / "thoughts.tmp.txt"));
  CHECK(fs::exists(noted.directory.config()));
  CHECK_FALSE(fs::exists(killed.directory.root()));
}

TEST_CASE("A run in which somebody has begun to train meanwhile stays") {
  const vit::test::ScratchFolder folder;
  const WrittenRun killed(folder.path(), "killed");
  const auto found = vit::removable_in(folder.path());
  REQUIRE(found.size() == 1);
  {
    const vit::RunLock lock(killed.directory);
    CHECK_FALSE(vit::remove(found.front()));
  }
  CHECK(vit::remove(found.front()));
}

TEST_CASE("A second name of a file gives nothing back by going") {
  const vit::test::ScratchFolder folder;
  const WrittenRun done(folder.path(), "done");
  done.done();
  put(done.directory.last_checkpoint(), "weights");
  fs::create_hard_link(done.directory.last_checkpoint(), done.directory.kept_checkpoint(5));
  const auto found = vit::removable_in(folder.path());
  REQUIRE(found.size() == 1);
  CHECK(found.front().bytes == 0);
}
