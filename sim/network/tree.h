// Trees given as rows {id, parent}, in any order and possibly broken.
#ifndef JALON_SIM_NETWORK_TREE_H_
#define JALON_SIM_NETWORK_TREE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace jalon::sim {

// Parent values that are not an index.
inline constexpr int kNoParent = -1;       // a root: its parent's id is empty
inline constexpr int kUnknownParent = -2;  // no row has the parent's id

// A row: its own id and its parent's, borrowed from the caller.
struct TreeRow {
  absl::string_view id;
  absl::string_view parent;
};

// [row]: index of the parent's row (the first with that id), kNoParent or kUnknownParent.
std::vector<int> ResolveParents(const std::vector<TreeRow>& rows);

// Every cycle of a parent array, each as its rows from its smallest index upwards to the parents;
// cycles by smallest index. O(n).
std::vector<std::vector<int>> FindCycles(const std::vector<int>& parents);

// [row]: steps to the root, 0 for a root; -1 for a row whose ancestors end in a cycle or in an
// unknown parent. O(n).
std::vector<int> FindDepths(const std::vector<int>& parents);

// A tree in depth-first order, children by id.
struct TreeOrder {
  // [position]: the row there.
  std::vector<int> rows;
  // [position]: position of the parent, -1 for a root.
  std::vector<int> parent;
  // [position]: one past the last descendant.
  std::vector<int> end;
  // [position]: 0 for a root.
  std::vector<int> depth;
};

// Requires rows without duplicate ids, cycles or unknown parents. Several roots are taken by id.
// O(n log n), no recursion.
TreeOrder DepthFirst(const std::vector<TreeRow>& rows);

}  // namespace jalon::sim

#endif  // JALON_SIM_NETWORK_TREE_H_
