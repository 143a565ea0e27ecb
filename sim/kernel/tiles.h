// A network's series as the inner kernels read them, tile by tile. Internal to sim/kernel.
#ifndef JALON_SIM_KERNEL_TILES_H_
#define JALON_SIM_KERNEL_TILES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/kernel/lognormal.h"
#include "sim/kernel/tile.h"

namespace jalon::sim {

// Copies what the kernels need in another order: periods padded, and of the loadings only those of
// factors that some series of the tile depends on, so that factors without a part cost nothing.
// Borrows the network and the factors.
class Tiles {
 public:
  // `exponent`: binary logarithms taken from the base of each series; none where empty.
  Tiles(const LognormalNetwork& network, const FactorPaths& factors, uint64_t seed,
        const std::vector<int>& exponent = {});

  int size(int tile) const { return network_.tile_begin[tile + 1] - network_.tile_begin[tile]; }
  int largest() const;
  TileInput Input(int tile) const;

 private:
  void CopyBase(const std::vector<int>& exponent);
  void CopyLoadings(int tile);
  bool IsBounded(int tile) const;

  const LognormalNetwork& network_;
  const FactorPaths& factors_;
  uint64_t seed_;
  int padded_periods_;
  std::vector<float> base_;
  // Factors that tile g depends on: active_[active_begin_[g]] .. and their loadings, [series of the
  // tile x active factor], from loading_[loading_begin_[g]].
  std::vector<int> active_;
  std::vector<int> active_begin_ = {0};
  std::vector<float> loading_;
  std::vector<size_t> loading_begin_;
  // The largest size of each factor, [factor].
  std::vector<float> reach_;
  std::vector<bool> is_bounded_;
};

}  // namespace jalon::sim

#endif  // JALON_SIM_KERNEL_TILES_H_
