// Two frameworks in one process: what the one that was imported first does to the other.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "causes/support/cause.h"
#include "frameworks/predict.h"

namespace gpuwhy {

// How a framework is worse off behind others than alone.
struct OrderHarm {
  Severity severity = Severity::degraded;
  Confidence confidence = Confidence::certain;
  std::string what;                  // "it gets cuDNN 9.1.1 and needs 9.10.2"
  std::vector<std::string> details;  // where the copies lie, and who brought them
  std::vector<Evidence> because;
  std::string folder;              // of LD_LIBRARY_PATH, which brings the copy that harms; "" = it comes by another way
  std::vector<std::string> gates;  // that fail or are degraded only here
};
std::optional<OrderHarm> find_order_harm(const FrameworkContext& context, const Played& alone, const Played& behind);

// Can an order matter here at all? False where every CUDA library is in the table as one file only.
bool has_two_copies_of_a_library(const Snapshot& snapshot);
// Do the two hold different files for one soname?
bool differ_in_copies(const Played& a, const Played& b);

// "PyTorch, then TensorFlow"
std::string order_words(const std::vector<std::string>& order);

}  // namespace gpuwhy
