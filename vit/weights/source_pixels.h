#pragma once

#include "vit/weights/recognise.h"
#include "vit/weights/source_config.h"

/// How each library says what its models are fed. What cannot be said in `data` here is told among
/// the assumptions, as it changes what images become, but not what a model computes.
namespace vit {

/// timm's `pretrained_cfg`, or an old config.json itself, with the defaults of its PretrainedCfg.
void read_timm_pixels(const nlohmann::json& config, Recognised& result);

/// open_clip's `preprocess_cfg`, with the defaults of its PreprocessCfg.
void read_open_clip_pixels(const nlohmann::json& config, Recognised& result);

/// transformers' image processor in any of its forms; what it leaves out is as its class has it.
void read_processor(const SourceConfig& config, Recognised& result);

/// Leaves class names out that are not as many as the head has outputs, and says so.
void forget_foreign_labels(const SourceConfig& config, Recognised& result);

}  // namespace vit
