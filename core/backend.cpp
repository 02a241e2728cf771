#include "core/backend.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/clock.h"

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

}  // namespace

void Backend::linears(const TensorView& input, std::initializer_list<LinearPart> parts) {
    for (const LinearPart& part : parts) linear(input, part.weight, part.bias, part.output);
}

void Backend::addLinear(const TensorView& input, const Weight& weight, const TensorView& sum,
                        const TensorView& work) {
    linear(input, weight, nullptr, work);
    add(work, sum);
}

std::unique_ptr<OpTimer> Backend::startTimer() {
    return std::make_unique<HostTimer>(*this);
}

std::int64_t Backend::largest(const TensorView& values) {
    std::vector<float> host(static_cast<std::size_t>(values.elements()));
    download(values, std::as_writable_bytes(std::span(host)));
    if (!std::all_of(host.begin(), host.end(), [](float value) { return std::isfinite(value); }))
        return -1;
    return std::max_element(host.begin(), host.end()) - host.begin();
}

std::unique_ptr<RecordedStep> Backend::record(const std::function<void()>& step, std::int64_t) {
    step();
    return nullptr;
}

}  // namespace asterism
