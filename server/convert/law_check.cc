#include "server/convert/law_check.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

namespace jalon::server {
namespace {

v1::LawCheck::Cells CellsOf(const sim::LawClass& its) {
  if (its.law != sim::LawUsed::kExact && its.law != sim::LawUsed::kMatched) {
    return v1::LawCheck::CELLS_UNSPECIFIED;
  }
  switch (its.cells) {
    case sim::Law::kNegativeBinomial:
      return v1::LawCheck::CELLS_COUNTS;
    case sim::Law::kGamma:
      return v1::LawCheck::CELLS_AMOUNTS;
    case sim::Law::kCompoundGamma:
      return v1::LawCheck::CELLS_AMOUNTS_WITH_ZEROS;
    default:
      return v1::LawCheck::CELLS_UNSPECIFIED;
  }
}

v1::LawBias BiasToProto(const sim::PooledBias& bias) {
  v1::LawBias made;
  made.set_probability_from(bias.probability_from);
  made.set_probability_to(bias.probability_to);
  made.set_threshold_count(bias.threshold_count);
  made.set_bias(bias.bias);
  made.set_standard_error(bias.standard_error);
  return made;
}

// `CELLS_AMOUNTS_WITH_ZEROS` without its prefix, as words.
std::string WordsOf(const std::string& name, size_t prefix) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(name.substr(prefix)), {{"_", " "}});
}

std::string NameOf(const sim::LawCheck& check) {
  std::string name = WordsOf(v1::Law_Name(ToProto(check.law_class.law)), 4);
  const v1::LawCheck::Cells cells = CellsOf(check.law_class);
  if (cells != v1::LawCheck::CELLS_UNSPECIFIED) {
    absl::StrAppend(&name, ", ", WordsOf(v1::LawCheck::Cells_Name(cells), 6));
  }
  if (check.law_class.skewness_to > 0.0) {
    absl::StrAppend(&name, ", skewness ", check.law_class.skewness_from, " to ",
                    check.law_class.skewness_to);
  }
  return name;
}

}  // namespace

v1::Law ToProto(sim::LawUsed law) {
  switch (law) {
    case sim::LawUsed::kSampled:
      return v1::LAW_SAMPLED;
    case sim::LawUsed::kKnown:
      return v1::LAW_KNOWN;
    case sim::LawUsed::kExact:
      return v1::LAW_EXACT;
    case sim::LawUsed::kMatched:
      return v1::LAW_MATCHED;
    case sim::LawUsed::kStudentSum:
      return v1::LAW_STUDENT_SUM;
    case sim::LawUsed::kThreeMoments:
      return v1::LAW_THREE_MOMENTS;
    case sim::LawUsed::kNormal:
      return v1::LAW_NORMAL;
  }
  return v1::LAW_UNSPECIFIED;
}

v1::LawCheck ToProto(const sim::LawCheck& check) {
  v1::LawCheck made;
  made.set_law(ToProto(check.law_class.law));
  made.set_cells(CellsOf(check.law_class));
  made.set_skewness_from(check.law_class.skewness_from);
  made.set_skewness_to(check.law_class.skewness_to);
  made.set_row_count(check.target_count);
  for (const sim::PooledBias& bias : check.biases) *made.add_biases() = BiasToProto(bias);
  made.set_sampled(check.is_wrong);
  return made;
}

std::string NoticeOf(const sim::LawCheck& check) {
  const auto worst = std::max_element(check.biases.begin(), check.biases.end(),
                                      [](const sim::PooledBias& a, const sim::PooledBias& b) {
                                        return std::fabs(a.bias) < std::fabs(b.bias);
                                      });
  return absl::StrFormat(
      "%d rows are sampled: the law they would have (%s) is %.2f points off whole paths where P is "
      "%.4g to %.4g",
      check.target_count, NameOf(check), 100.0 * worst->bias, worst->probability_from,
      worst->probability_to);
}

}  // namespace jalon::server
