#include "vit/image/input_spec_json.h"

#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/json.h"

namespace vit {

using Json = nlohmann::json;

std::string input_spec_to_json(const InputSpec& p) {
  Json json{{"img_size", {p.img_size.height, p.img_size.width}},
            {"in_chans", p.in_chans},
            {"mean", p.mean},
            {"std", p.std},
            {"interpolation", p.interpolation},
            {"crop_pct", p.crop_pct},
            {"crop_mode", p.crop_mode},
            {"crop_offset", p.crop_offset},
            {"exif_orientation", p.exif_orientation}};
  if (!p.crop_fill.empty()) json["crop_fill"] = p.crop_fill;
  return json.dump();
}

InputSpec input_spec_from_json(const std::string& text, const std::string& where) {
  try {
    const Json json = parse_json(text, where + ": preprocessing", ErrorKind::weights);
    InputSpec p;
    p.img_size = {json.at("img_size").at(0).get<std::int64_t>(),
                  json.at("img_size").at(1).get<std::int64_t>()};
    json.at("in_chans").get_to(p.in_chans);
    json.at("mean").get_to(p.mean);
    json.at("std").get_to(p.std);
    json.at("interpolation").get_to(p.interpolation);
    json.at("crop_pct").get_to(p.crop_pct);
    // Files of before do not have these, and mean what their defaults say.
    if (json.contains("crop_mode")) json.at("crop_mode").get_to(p.crop_mode);
    if (json.contains("crop_fill")) json.at("crop_fill").get_to(p.crop_fill);
    if (json.contains("crop_offset")) json.at("crop_offset").get_to(p.crop_offset);
    if (json.contains("exif_orientation")) json.at("exif_orientation").get_to(p.exif_orientation);
    const auto channels = static_cast<std::size_t>(p.in_chans);
    if (p.img_size.height < 1 || p.img_size.width < 1 || p.in_chans < 1 ||
        p.mean.size() != channels || p.std.size() != channels || !(p.crop_pct > 0))
      throw Error(ErrorKind::weights, where,
                  "its preprocessing makes no sense: " + printable(text));
    return p;
  } catch (const Json::exception& problem) {
    throw Error(ErrorKind::weights, where,
                "its preprocessing cannot be read: " + plain_json_message(problem));
  }
}

}  // namespace vit
