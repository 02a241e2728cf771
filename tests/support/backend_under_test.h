#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <ostream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "core/backend.h"

namespace asterism::test {

// A backend the op suite (tests/backend_*_test.cpp) runs on.
struct BackendUnderTest {
    std::string name;  // part of the test's name: letters, digits and underscores
    // Throws Error if the machine cannot run it; the tests then skip with that reason.
    std::function<std::unique_ptr<Backend>()> make;
    // Whether its attention is another one's, which is tested already.
    bool sharesAttention = false;
};

// Defined once by each test binary, beside its main tests: the suite's sources are compiled into
// the binary of every kind of device.
std::vector<BackendUnderTest> backendsUnderTest();

inline void PrintTo(const BackendUnderTest& backend, std::ostream* stream) {
    *stream << backend.name;
}
inline std::string nameOf(const testing::TestParamInfo<BackendUnderTest>& info) {
    return info.param.name;
}

// Largest error allowed on values near 1, by what the backend computes with.
double tolerance(const Backend& backend);

// Normally distributed values, the same on every run.
std::vector<float> randomFloats(std::size_t count, std::uint32_t seed, float deviation = 1.0F);

// Fixture with the backend made, or the test skipped, and values going to and fro as floats.
class BackendTest : public testing::TestWithParam<BackendUnderTest> {
  protected:
    void SetUp() override;

    Backend& backend() { return *m_backend; }
    double tolerance() { return test::tolerance(backend()); }

    // Values as activations, or as f32.
    Tensor activations(Shape shape, std::span<const float> values);
    Tensor floats(Shape shape, std::span<const float> values);
    // Activations or f32 as floats.
    std::vector<float> read(const TensorView& view);
    // What the backend sees of values: rounded if its activations are bf16.
    std::vector<float> seen(std::vector<float> values);
    // A weight of plain floats; a copy is kept as long as the test.
    std::shared_ptr<const Weight> weight(std::int64_t rows, std::vector<float> values);

    void expectNear(std::span<const float> actual, std::span<const double> expected,
                    double allowed);

  private:
    std::unique_ptr<Backend> m_backend;
    std::vector<std::unique_ptr<std::vector<float>>> m_weightValues;
};

}  // namespace asterism::test
