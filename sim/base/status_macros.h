// Early returns for absl::Status and absl::StatusOr (Abseil 20220623 ships none).
#ifndef JALON_SIM_BASE_STATUS_MACROS_H_
#define JALON_SIM_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define JALON_MACRO_CONCAT_INNER(a, b) a##b
#define JALON_MACRO_CONCAT(a, b) JALON_MACRO_CONCAT_INNER(a, b)

// Returns from the enclosing function with the status of `expr` unless it is OK.
#define JALON_RETURN_IF_ERROR(expr)                                                  \
  do {                                                                               \
    if (absl::Status jalon_status = (expr); !jalon_status.ok()) return jalon_status; \
  } while (false)

// Assigns the value of the StatusOr `expr` to `lhs` (which may declare a variable), or returns its
// status from the enclosing function.
#define JALON_ASSIGN_OR_RETURN(lhs, expr) \
  JALON_ASSIGN_OR_RETURN_IMPL(JALON_MACRO_CONCAT(jalon_statusor_, __LINE__), lhs, expr)
#define JALON_ASSIGN_OR_RETURN_IMPL(statusor, lhs, expr)   \
  auto statusor = (expr);                                  \
  if (!statusor.ok()) return std::move(statusor).status(); \
  lhs = *std::move(statusor)

#endif  // JALON_SIM_BASE_STATUS_MACROS_H_
