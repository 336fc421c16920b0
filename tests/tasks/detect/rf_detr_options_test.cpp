#include "vit/tasks/detect/rf_detr_options.h"

#include "tests/catch.h"
#include "vit/core/error.h"

using Indexes = std::vector<std::int64_t>;

TEST_CASE("What is left open comes from the variant, at the same part of another depth") {
  vit::RfDetrOptions options;
  const vit::RfDetrOptions nano = vit::resolved(options, 12);
  CHECK(nano.num_windows == 2);
  CHECK(nano.dec_layers == 2);
  CHECK(nano.num_queries == 300);
  CHECK(nano.out_feature_indexes == Indexes{3, 6, 9, 12});
  CHECK(vit::resolved(options, 24).out_feature_indexes == Indexes{6, 12, 18, 24});
  CHECK(vit::resolved(options, 2).out_feature_indexes == Indexes{1, 2});
  options.variant = "base";
  CHECK(vit::resolved(options, 12).out_feature_indexes == Indexes{2, 5, 8, 11});
  CHECK(vit::resolved(options, 12).num_windows == 4);
  options.num_windows = 1;
  options.out_feature_indexes = {12};
  CHECK(vit::resolved(options, 12).num_windows == 1);
  CHECK(vit::resolved(options, 12).out_feature_indexes == Indexes{12});
}

TEST_CASE("A published detector is known by three of its sizes") {
  REQUIRE(vit::find_rf_detr_variant(16, 36, 4) != nullptr);
  CHECK(vit::find_rf_detr_variant(16, 36, 4)->name == "medium");
  CHECK(vit::find_rf_detr_variant(16, 36, 4)->resolution == 576);
  CHECK(vit::find_rf_detr_variant(16, 36, 3) == nullptr);
  REQUIRE(vit::find_rf_detr_variant(12, 26, 4) != nullptr);
  CHECK(vit::find_rf_detr_variant(12, 26, 4)->name == "seg_nano");
  vit::RfDetrOptions options;
  options.variant = "seg_nano";
  CHECK(vit::resolved(options, 12).num_queries == 100);
  CHECK(vit::resolved(options, 12).num_windows == 1);
}

TEST_CASE("Sizes that do not go together are refused with their key") {
  vit::RfDetrOptions options;
  for (const Indexes& wrong : {Indexes{0, 3}, Indexes{3, 3}, Indexes{6, 3}, Indexes{3, 13}}) {
    options.out_feature_indexes = wrong;
    CHECK_THROWS_WITH(vit::resolved(options, 12), Catch::Contains("out_feature_indexes"));
  }
  options.out_feature_indexes = {};
  options.sa_nheads = 7;
  CHECK_THROWS_WITH(vit::resolved(options, 12), Catch::Contains("task.rf_detr.sa_nheads"));
  options.sa_nheads = 1;
  options.ca_nheads = 1;
  options.hidden_dim = 30;
  CHECK_THROWS_WITH(vit::resolved(options, 12), Catch::Contains("task.rf_detr.hidden_dim"));
  CHECK_THROWS_WITH(vit::rf_detr_variant("huge"), Catch::Contains("huge"));
}
