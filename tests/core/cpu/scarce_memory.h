#pragma once

namespace asterism::test {

// While it lives, the machine has no more aligned memory: the kernels' buffers. One at a time.
class ScarceMemory {
  public:
    ScarceMemory();
    ~ScarceMemory();
    ScarceMemory(const ScarceMemory&) = delete;
    ScarceMemory& operator=(const ScarceMemory&) = delete;
};

}  // namespace asterism::test
