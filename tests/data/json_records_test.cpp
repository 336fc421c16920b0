#include "vit/data/json_records.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

using Json = nlohmann::json;

/// The elements of the list `images`, each with its position.
std::vector<std::string> images_of(const std::string& text) {
  std::vector<std::string> all;
  vit::read_json_records(text, "coco.json", {{"images", [&](std::size_t index, const Json& record) {
                                                all.push_back(vit::str(index, " ", record.dump()));
                                              }}});
  return all;
}

template <class Call>
void check_json_refused(const Call& call, const std::string& problem) {
  const auto error = vit::test::error_of(call);
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(error->where() == "coco.json");
  CHECK_THAT(error->problem(), Catch::Contains(problem));
}

}  // namespace

TEST_CASE("Elements of a list reach its reader whole and in order, and all else is passed over") {
  CHECK(images_of(R"({"info": {"images": [9]}, "images": [{"id": 1, "sizes": [2, [3]]}, 4, []],
                      "other": [{"id": 5}]})") ==
        std::vector<std::string>{R"(0 {"id":1,"sizes":[2,[3]]})", "1 4", "2 []"});
  CHECK(images_of("{}").empty());
  CHECK(images_of(R"({"images": []})").empty());
  CHECK(images_of(R"({"images": 3})").empty());
}

TEST_CASE("Malformed and deeply nested JSON is refused") {
  check_json_refused([] { images_of(R"({"images": [{"id": 1})"); }, "");
  check_json_refused([] { images_of(""); }, "");
  check_json_refused([] { images_of(R"({"images": )" + std::string(5'000, '[')); },
                     "nested deeper");
}

TEST_CASE("What a reader throws is what the caller gets") {
  const auto read = [] {
    vit::read_json_records(R"({"images": [1]})", "coco.json",
                           {{"images", [](std::size_t, const Json& record) {
                               (void)vit::json_member<double>(record, "id", "coco.json");
                             }}});
  };
  check_json_refused(read, "there is no `id`");
}

TEST_CASE("A member has its type, or is refused with its name and what it holds") {
  const Json record = {{"id", 7}, {"name", "cat"}, {"box", {1, 2.5}}};
  CHECK(vit::json_member<std::int64_t>(record, "id", "coco.json") == 7);
  CHECK(vit::json_member<double>(record, "id", "coco.json") == 7.0);
  CHECK(vit::json_member<std::string>(record, "name", "coco.json") == "cat");
  CHECK(vit::json_member<std::vector<double>>(record, "box", "coco.json") ==
        std::vector<double>{1, 2.5});
  check_json_refused([&] { (void)vit::json_member<double>(record, "name", "coco.json"); },
                     "`name` is \"cat\"; expected a number");
  const Json odd = {{"half", 7.5}, {"yes", true}, {"whole", 7.0}, {"huge", 18446744073709551615U}};
  CHECK(vit::json_member<std::int64_t>(odd, "whole", "coco.json") == 7);
  for (const char* key : {"half", "yes", "huge"})
    check_json_refused([&] { (void)vit::json_member<std::int64_t>(odd, key, "coco.json"); },
                       "expected a whole number");
  check_json_refused([&] { (void)vit::json_member<double>(odd, "yes", "coco.json"); },
                     "expected a number");
  check_json_refused([&] { (void)vit::json_member<double>(record, "area", "coco.json"); },
                     "there is no `area`");
}

TEST_CASE("A file that is a list itself is read an element at a time, nothing else is one") {
  std::vector<std::string> all;
  const auto read = [&](const std::string& text) {
    vit::read_json_list(text, "coco.json", [&](std::size_t index, const Json& record) {
      all.push_back(vit::str(index, " ", record.dump()));
    });
  };
  read(R"([{"a": [1, {"b": 2}]}, 7, [], NaN])");
  CHECK(all == std::vector<std::string>{R"(0 {"a":[1,{"b":2}]})", "1 7", "2 []", "3 null"});
  all.clear();
  read("[]");
  CHECK(all.empty());
  for (const char* text : {"{}", "7", R"({"a": []})"})
    check_json_refused([&] { read(text); }, "is no list");
  check_json_refused([&] { read("[1, 2"); }, "");
  check_json_refused([&] { read(std::string(10000, '[')); }, "nested deeper");
}
