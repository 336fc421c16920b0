#include "vit/run/run_index.h"

#include <chrono>
#include <cmath>

#include "tests/catch.h"
#include "tests/run/written_run.h"

using vit::RunEntry;
using vit::test::WrittenRun;
namespace fs = std::filesystem;

namespace {

void make_older(const vit::RunDirectory& run) {
  const auto before = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::last_write_time(run.summary(), before);
  fs::last_write_time(run.root(), before);
}

}  // namespace

TEST_CASE("What was read of a run is kept until one of its files changes") {
  const vit::test::ScratchFolder folder;
  WrittenRun run(folder.path(), "a \"run\"");
  run.record.problem = "line\nend \\ and \"quotes\"";
  run.save();
  const vit::RunDirectory& directory = run.directory;
  make_older(directory);
  RunEntry entry = *vit::run_entry(directory.root(), "r");
  entry.metrics[0].best = std::nullopt;  // as no file says: it can only come from the index
  entry.metrics[1].last = 0.1;
  const vit::RunStamp stamp = *vit::stamp_of(directory);
  vit::RunIndex(folder.path()).save({{entry, stamp}});
  const vit::RunIndex index(folder.path());
  CHECK(index.knows("r"));
  CHECK_FALSE(index.knows("s"));
  const auto found = index.find("r", stamp);
  REQUIRE(found);
  CHECK_FALSE(found->metrics[0].best);
  CHECK(found->metrics[1].last == 0.1);
  CHECK((found->record.metrics == entry.record.metrics));
  CHECK(found->record.problem == entry.record.problem);
  CHECK(found->epochs == 3);
  vit::test::put(directory.summary(), "epoch\n");
  CHECK_FALSE(index.find("r", *vit::stamp_of(directory)));
}

TEST_CASE("A run that has just changed is read again next time") {
  const vit::test::ScratchFolder folder;
  const WrittenRun run(folder.path(), "run");
  (void)vit::list_runs(folder.path());
  CHECK_FALSE(vit::RunIndex(folder.path()).knows("run"));
  make_older(run.directory);
  (void)vit::list_runs(folder.path());
  CHECK(vit::RunIndex(folder.path()).knows("run"));
}

TEST_CASE("A damaged index is as good as none") {
  const vit::test::ScratchFolder folder;
  const WrittenRun run(folder.path(), "run");
  make_older(run.directory);
  (void)vit::list_runs(folder.path());
  const std::string whole = vit::test::get(folder / ".index");
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    vit::test::put(folder / ".index", whole.substr(0, length) + "]\n");
    const auto runs = vit::list_runs(folder.path());
    REQUIRE(runs.size() == 1);
    CHECK(runs.front().epochs == 3);
  }
}
