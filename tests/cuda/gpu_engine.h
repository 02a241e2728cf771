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

// An engine of `ranks` ranks that share the first GPU.
std::unique_ptr<Engine> openOnGpu(const std::filesystem::path& model, DataType activations,
                                  int ranks = 1);

// Tests that need a GPU: skipped, with the reason, where there is none.
class OnGpu : public testing::Test {
  protected:
    void SetUp() override;
};

// Fails unless the work throws an Error that mentions all of the words.
void expectError(const std::function<void()>& work, std::initializer_list<std::string_view> words);

}  // namespace asterism::test
