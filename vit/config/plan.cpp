#include "vit/config/plan.h"

#include "vit/core/str.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/report/text_chart.h"

namespace vit {
namespace {

std::string from_to(const char* name, double from, double to) {
  return from == to ? "" : str(name, " ", significant(from, 3), " → ", significant(to, 3), "\n");
}

}  // namespace

std::string param_group_table(const std::vector<ParamGroup>& groups) {
  TextTable table({{"lr_scale", Align::right},
                   {"weight_decay", Align::right},
                   {"tensors", Align::right},
                   {"numbers", Align::right},
                   {"parameters", Align::left}});
  for (const ParamGroup& group : groups) {
    std::int64_t numbers = 0;
    for (const NamedParameter& item : group.parameters) numbers += item.parameter.numel();
    const std::string &first = group.parameters.front().name, &last = group.parameters.back().name;
    table.add({significant(group.lr_scale, 4), significant(group.weight_decay, 4),
               std::to_string(group.parameters.size()), human_count(static_cast<double>(numbers)),
               first == last ? first : first + " … " + last});
  }
  return table.text();
}

std::string schedule_drawing(const Schedule& schedule, const OptimOptions& optim,
                             std::int64_t epochs, int width, int height) {
  const std::int64_t total = schedule.total_updates();
  if (total == 0) return {};
  std::vector<double> rates;
  for (int column = 0; column < width; ++column)
    rates.push_back(schedule.lr(std::min<std::int64_t>(
        total - 1,
        static_cast<std::int64_t>((column + 0.5) / width * static_cast<double>(total)))));
  const auto factor = [&](std::int64_t update) {
    return optim.weight_decay * schedule.weight_decay_factor(update, optim.weight_decay);
  };
  return str("learning rate over ", epochs, " epochs, ", total,
             " updates: ", significant(schedule.lr(0), 3), " at the start, ",
             significant(schedule.lr(total - 1), 3), " at the end\n",
             text_chart(rates, width, height),
             from_to("weight decay", factor(0), factor(total - 1)),
             from_to("momentum", schedule.momentum(0, optim.momentum),
                     schedule.momentum(total - 1, optim.momentum)),
             from_to("drop path, times", schedule.drop_path_factor(0),
                     schedule.drop_path_factor(total - 1)));
}

std::string lr_finding_text(const LrFinding& finding) {
  if (finding.rates.empty())
    return "the loss was not finite from the start: look at the data and the initial weights";
  return str("loss over learning rates from ", significant(finding.rates.front(), 2), " to ",
             significant(finding.rates.back(), 2), " (", finding.rates.size(), " updates)\n",
             text_chart(finding.losses, 64, 10),
             "the loss falls fastest at optim.lr: ", significant(finding.suggestion, 2));
}

std::string batch_finding_text(const BatchFinding& finding) {
  TextTable table(
      {{"batch_size", Align::right}, {"speed", Align::right}, {"memory", Align::right}});
  for (const BatchCost& cost : finding.tried)
    table.add({std::to_string(cost.batch_size), human_throughput(cost.images_per_s),
               human_bytes(cost.peak_bytes)});
  return str(table.text(),
             "the smallest within 3 % of the fastest is data.batch_size: ", finding.suggestion);
}

}  // namespace vit
