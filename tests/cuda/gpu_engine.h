#pragma once

#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/engine.h"

namespace asterism::test {

// An engine of `ranks` ranks that share the first GPU, of whose memory they use so many bytes at
// most (0: all).
std::unique_ptr<Engine> openOnGpu(const std::filesystem::path& model, DataType activations,
                                  int ranks = 1, std::int64_t memoryLimit = 0);

// One of as many ranks as there are GPUs, connected by NCCL.
std::unique_ptr<Engine> openOnAllGpus(const std::filesystem::path& model, DataType activations);

// Tests that need a GPU: skipped, with the reason, where there is none.
class OnGpu : public testing::Test {
  protected:
    void SetUp() override;
};

// Matrix products of 4096 x 4096 values: something for a GPU to do.
class Products {
  public:
    explicit Products(Backend& backend);
    // Hands over so many; does not wait for them.
    void run(int times);

  private:
    Backend& m_backend;
    std::shared_ptr<const Weight> m_weight;
    Tensor m_input;
    Tensor m_output;
};

// Fails unless the work throws an Error that mentions all of the words.
void expectError(const std::function<void()>& work, std::initializer_list<std::string_view> words);

}  // namespace asterism::test
