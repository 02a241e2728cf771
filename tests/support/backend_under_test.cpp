#include "tests/support/backend_under_test.h"

#include <cmath>

#include "core/base/error.h"
#include "core/base/float_types.h"

namespace asterism::test {

double tolerance(const Backend& backend) {
    if (backend.numericClass() == "f32") return 1e-5;
    if (backend.activationType() == DataType::bf16) return 1e-2;
    // Values arrive as floats and are rounded on the way.
    return backend.numericClass() == "bf16" ? 2e-2 : 4e-2;
}

std::vector<float> randomFloats(std::size_t count, std::uint32_t seed, float deviation) {
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal(0.0F, deviation);
    std::vector<float> values(count);
    for (float& value : values) value = normal(generator);
    return values;
}

void BackendTest::SetUp() {
    try {
        m_backend = GetParam().make();
    } catch (const Error& error) {
        GTEST_SKIP() << error.what();
    }
}

Tensor BackendTest::activations(Shape shape, std::span<const float> values) {
    if (backend().activationType() == DataType::f32) return floats(shape, values);
    std::vector<std::uint16_t> rounded;
    for (const float value : values) rounded.push_back(toBf16(value));
    Tensor tensor = backend().activations(shape);
    backend().upload(std::as_bytes(std::span(rounded)), tensor.view());
    return tensor;
}

Tensor BackendTest::floats(Shape shape, std::span<const float> values) {
    Tensor tensor = backend().floats(shape);
    backend().upload(std::as_bytes(values), tensor.view());
    return tensor;
}

std::vector<float> BackendTest::read(const TensorView& view) {
    std::vector<float> values(static_cast<std::size_t>(view.elements()));
    if (view.type == DataType::f32) {
        backend().download(view, std::as_writable_bytes(std::span(values)));
        return values;
    }
    std::vector<std::uint16_t> stored(values.size());
    backend().download(view, std::as_writable_bytes(std::span(stored)));
    for (std::size_t i = 0; i < stored.size(); ++i) values[i] = fromBf16(stored[i]);
    return values;
}

std::vector<float> BackendTest::seen(std::vector<float> values) {
    if (backend().activationType() == DataType::f32) return values;
    for (float& value : values) value = fromBf16(toBf16(value));
    return values;
}

std::shared_ptr<const Weight> BackendTest::weight(std::int64_t rows, std::vector<float> values) {
    m_weightValues.push_back(std::make_unique<std::vector<float>>(std::move(values)));
    HostWeight host;
    host.rows = rows;
    host.columns = static_cast<std::int64_t>(m_weightValues.back()->size()) / rows;
    host.bytes = std::as_bytes(std::span(*m_weightValues.back()));
    return backend().load(host);
}

void BackendTest::expectNear(std::span<const float> actual, std::span<const double> expected,
                             double allowed) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
        if (std::isinf(expected[i])) {
            ASSERT_EQ(static_cast<double>(actual[i]), expected[i]) << "at " << i;
            continue;
        }
        ASSERT_NEAR(static_cast<double>(actual[i]), expected[i],
                    allowed * std::max(1.0, std::abs(expected[i])))
            << "at " << i;
    }
}

}  // namespace asterism::test
