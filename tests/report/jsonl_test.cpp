#include "vit/report/jsonl.h"

#include <limits>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using test::ScratchFolder;

TEST_CASE("a record is one line, its names in the order given") {
  CHECK(jsonl_line({{"step", std::int64_t{3}}, {"loss", 0.1}, {"note", std::string("a\n\"b\"")}}) ==
        R"({"step":3,"loss":0.1,"note":"a\n\"b\""})");
}

TEST_CASE("what JSON cannot say becomes null or a replacement character") {
  CHECK(jsonl_line({{"loss", std::numeric_limits<double>::quiet_NaN()}}) == R"({"loss":null})");
  CHECK(jsonl_line({{"name", std::string("\xff")}}) == "{\"name\":\"\uFFFD\"}");
}

TEST_CASE("records are appended, also to a torn file that nobody repaired") {
  const ScratchFolder folder;
  test::put(folder / "m.jsonl", "{\"step\":1}\n{\"st");
  JsonlWriter writer(folder / "m.jsonl");
  writer.add({{"step", std::int64_t{2}}});
  CHECK(test::get(folder / "m.jsonl") == "{\"step\":1}\n{\"st\n{\"step\":2}\n");
}

TEST_CASE("repair removes torn lines, what is no object, and steps beyond the checkpoint") {
  const ScratchFolder folder;
  const auto file = folder / "m.jsonl";
  test::put(file, "{\"step\":1}\n{\"a\":{}}\n[1]\n{\"step\":2,\"x\":1}\n{\"step\":3}\n{\"step\":");
  CHECK(repair_jsonl(file, "step", 2) == 3);
  CHECK(test::get(file) == "{\"step\":1}\n{\"a\":{}}\n{\"step\":2,\"x\":1}\n");
  CHECK(repair_jsonl(file, "step", 2) == 0);
  CHECK(repair_jsonl(folder / "none", "step", 2) == 0);
}

TEST_CASE("repair survives lines that are hostile to a parser") {
  const ScratchFolder folder;
  const auto file = folder / "m.jsonl";
  test::put(file, std::string(100000, '[') + "\n" + std::string(2 << 20, '{') + "\n{\"step\":1}\n");
  CHECK(repair_jsonl(file, "step", 1) == 2);
  CHECK(test::get(file) == "{\"step\":1}\n");
}
