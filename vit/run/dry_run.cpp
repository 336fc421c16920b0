#include "vit/run/dry_run.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/log.h"
#include "vit/data/sampler.h"
#include "vit/run/plan.h"

namespace vit {

void dry_run(BuiltExperiment& built) {
  constexpr std::size_t kColumns = 64;
  const torch::NoGradGuard no_grad;
  const TrainingParts all = built.parts();
  built.task->network().module().eval();
  for (const Split split : {Split::train, Split::val}) {
    const bool training = split == Split::train;
    const Dataset& data = training ? all.train_data : all.val_data;
    LoaderOptions options = all.loader;
    options.workers = 0;
    EpochLoader loader(data, training ? all.train_pipeline : all.val_pipeline,
                       all.task.collator(split),
                       sequential_order(std::min<std::int64_t>(2, data.size())), 0, options);
    const Batch batch = loader.next()->to(built.device);
    if (training)
      all.task.dry_step(batch);
    else
      all.task.evaluation()->add(batch, all.task.predictor()->predict(batch));
  }
  log::info(built.summary());
  for (const std::string& remark : data_remarks(built.experiment.data, built.data))
    log::warn(remark);
  log::info("parameter groups\n" + param_group_table(built.optimizer->groups()) + "\n" +
            schedule_drawing(built.curves(kColumns), built.experiment.schedule.epochs,
                             training_schedule(all).total_updates()));
}

}  // namespace vit
