#include <nlohmann/json.hpp>

#include "tests/support/program.h"

// `vit tokenize` as a process.
namespace {

using vit::test::run_program;

}  // namespace

TEST_CASE("tokenize learns a vocabulary from captions, and gives one line of ids for each text") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "captions", "\"a red ring\"\n\"a red star\"\n");
  std::filesystem::create_directory(folder / "words");
  const auto learned =
      run_program(folder.path(), "tokenize --train words --pieces 530 --length 6 - <captions");
  INFO(learned.errors);
  REQUIRE(learned.code == 0);
  const auto ids = run_program(folder.path(), "tokenize --tokenizer words --length 6 - <captions");
  CHECK(ids.code == 0);
  CHECK(std::count(ids.out.begin(), ids.out.end(), '\n') == 2);
  const auto json =
      run_program(folder.path(), "tokenize --tokenizer words --json 'A red ring' 'x y z x y z'");
  CHECK(json.code == 0);
  const auto told = nlohmann::json::parse(json.out);
  CHECK(told.at("pieces")[0].front() == "<|startoftext|>");
  CHECK(told.at("longer_than_length") == 1);
  CHECK(told.at("length") == 6);
}

TEST_CASE("tokenize says what is wrong with its input, with the line") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "captions", "\"a\"\nb\n");
  vit::test::put(folder / "t.txt", "#version: 0.2\na b");
  const auto line = run_program(folder.path(), "tokenize --tokenizer t.txt - <captions");
  CHECK(line.code == 3);
  CHECK_THAT(line.errors, Catch::Contains("standard input:2"));
  CHECK(run_program(folder.path(), "tokenize --tokenizer none.model x").code == 5);
  CHECK(run_program(folder.path(), "tokenize --tokenizer . x").code == 4);
  CHECK(run_program(folder.path(), "tokenize --tokenizer t.txt \"$(printf '\\377')\"").code == 2);
  CHECK(run_program(folder.path(), "tokenize x").code == 2);
}
