#include "vit/weights/hub_models.h"

#include <algorithm>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("The table is sorted, and every row names a repository and a licence") {
  const auto models = hub_models();
  CHECK(std::is_sorted(models.begin(), models.end(),
                       [](const HubModel& a, const HubModel& b) { return a.name < b.name; }));
  for (const HubModel& model : models) {
    INFO(model.name);
    CHECK(model.repo.substr(0, 5) == "timm/");
    CHECK(model.repo.find('.') != std::string_view::npos);
    CHECK_FALSE(model.licence.empty());
    CHECK(find_hub_model(model.name) == &model);
  }
}

TEST_CASE("Names lead to the weights that timm takes") {
  REQUIRE(find_hub_model("vit_tiny_patch16_224") != nullptr);
  CHECK(find_hub_model("vit_tiny_patch16_224")->repo ==
        "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k");
  CHECK(find_hub_model("deit3_small_patch16_224")->repo == "timm/deit3_small_patch16_224.fb_in1k");
  CHECK(find_hub_model("no_such_model") == nullptr);
  CHECK(find_hub_model("zzz") == nullptr);
}

TEST_CASE("Licences with terms say so") {
  CHECK(licence_terms("apache-2.0").empty());
  CHECK(licence_terms("mit").empty());
  CHECK(licence_terms("").empty());  // not known
  CHECK_FALSE(licence_terms(find_hub_model("vit_small_patch16_dinov3")->licence).empty());
  CHECK_FALSE(licence_terms("cc-by-nc-4.0").empty());
  CHECK_FALSE(licence_terms("something new").empty());
}
