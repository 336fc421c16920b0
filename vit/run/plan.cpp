#include "vit/run/plan.h"

#include <algorithm>

#include "vit/core/str.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/report/text_chart.h"

namespace vit {
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

std::string schedule_drawing(const std::vector<ScheduleCurve>& curves, std::int64_t epochs,
                             std::int64_t updates) {
  constexpr int kHeight = 10, kHeightOfOthers = 4;
  std::string text = str("schedules over ", epochs, " epochs, ", updates, " updates");
  for (const ScheduleCurve& curve : curves) {
    const bool first = &curve == &curves.front();
    const auto [least, largest] = std::minmax_element(curve.values.begin(), curve.values.end());
    text += str("\n", curve.name, ": ", significant(curve.values.front(), 4), " at the start, ",
                significant(curve.values.back(), 4), " at the end\n",
                text_chart(curve.values, static_cast<int>(curve.values.size()),
                           first ? kHeight : kHeightOfOthers, *least < 0.5 * *largest));
  }
  return text;
}

std::string lr_finding_text(const LrFinding& finding) {
  if (finding.rates.empty())
    return "the loss was not finite from the start: look at the data and the initial weights";
  const auto least = std::min_element(finding.losses.begin(), finding.losses.end());
  const std::size_t settled = finding.losses.size() / 10;
  std::string text = str("loss over learning rates from ", significant(finding.rates.front(), 2),
                         " to ", significant(finding.rates.back(), 2), " (", finding.rates.size(),
                         " updates)\n", text_chart(finding.losses, 64, 10, false));
  if (*least > 0.98 * finding.losses[settled])
    return text +
           "the loss hardly falls at any of them, so that this says nothing: a larger "
           "data.batch_size, easier data or less augmentation shows more";
  return text + "the loss falls fastest at optim.lr: " + significant(finding.suggestion, 2);
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
