#include "server/base/freed_memory.h"

#include <sys/resource.h>
#include <sys/time.h>

#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace jalon::server {
namespace {

// Fresh pages the process was given so far.
long PageFaults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

// As a run's arrays are: a thread of the pool makes them, another may free them.
void FillOnAnotherThread(std::vector<std::vector<double>>& arrays) {
  std::thread([&] {
    for (int i = 0; i < 8; ++i) arrays.emplace_back(1 << 20, 1.0);
  }).join();
}

TEST(FreedMemoryTest, IsThereForTheNextRun) {
  KeepFreedMemory();
  std::vector<std::vector<double>> arrays;
  const long before = PageFaults();
  FillOnAnotherThread(arrays);
  const long first = PageFaults() - before;
  arrays.clear();
  FillOnAnotherThread(arrays);
  const long second = PageFaults() - before - first;
  EXPECT_LT(second, first / 4);
}

}  // namespace
}  // namespace jalon::server
