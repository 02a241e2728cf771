#include "core/backend.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/clock.h"
#include "core/sampling.h"

namespace asterism {

namespace {

// Waits for ops that run on, if there are any.
class HostTimer final : public OpTimer {
  public:
    explicit HostTimer(Backend& backend) : m_backend(backend) {}
    double seconds() override {
        m_backend.synchronize();
        return m_clock.seconds();
    }

  private:
    Backend& m_backend;
    Stopwatch m_clock;
};

// Empty if one is not finite.
std::vector<float> finiteValues(Backend& backend, const TensorView& values) {
    std::vector<float> host(static_cast<std::size_t>(values.elements()));
    backend.download(values, std::as_writable_bytes(std::span(host)));
    if (!std::all_of(host.begin(), host.end(), [](float value) { return std::isfinite(value); }))
        host.clear();
    return host;
}

}  // namespace

void Backend::linears(const TensorView& input, std::initializer_list<LinearPart> parts) {
    for (const LinearPart& part : parts) linear(input, part.weight, part.bias, part.output);
}

void Backend::normedLinears(const NormedInput& input, std::initializer_list<LinearPart> parts) {
    rmsNorm(input.values, input.gain, input.epsilon, input.work);
    linears(input.work, parts);
}

void Backend::normedGate(const NormedInput& input, const LinearPart& gate, const LinearPart& up,
                         Activation activation) {
    normedLinears(input, {gate, up});
    this->gate(gate.output, up.output, activation, gate.output);
}

void Backend::addLinear(const TensorView& input, const Weight& weight, const TensorView& sum,
                        const TensorView& work) {
    linear(input, weight, nullptr, work);
    add(work, sum);
}

void Backend::quantize(const KeyValueView&, const KeyValueView&) {
    ASTERISM_CHECK(false);
}

std::unique_ptr<OpTimer> Backend::startTimer() {
    return std::make_unique<HostTimer>(*this);
}

std::int64_t Backend::largest(const TensorView& values) {
    const std::vector<float> host = finiteValues(*this, values);
    return host.empty() ? -1 : std::max_element(host.begin(), host.end()) - host.begin();
}

std::optional<TopValues> Backend::top(const TensorView& values, std::int64_t count,
                                      double temperature) {
    const std::vector<float> host = finiteValues(*this, values);
    if (host.empty()) return std::nullopt;
    TopValues top{topLogits(host, count), values.elements(), 0};
    const double largest = top.best.front().second;
    for (const float value : host) top.total += std::exp((double{value} - largest) / temperature);
    return top;
}

void Backend::penalize(const TensorView& values, std::span<const std::int32_t> places,
                       double penalty) {
    for (const std::int32_t place : places) {
        const TensorView one{values.floats() + place, {1}, DataType::f32};
        float value = 0;
        const auto bytes = std::as_writable_bytes(std::span(&value, 1));
        download(one, bytes);
        value = penalized(value, penalty);
        upload(bytes, one);
    }
}

std::unique_ptr<RecordedStep> Backend::record(const std::function<void()>& step, std::int64_t) {
    step();
    return nullptr;
}

}  // namespace asterism
