#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/backend.h"

namespace asterism::test {

// Another backend's work, with the bytes it has allocated counted: to assert what a rank needs.
class CountingBackend : public Backend {
  public:
    explicit CountingBackend(std::unique_ptr<Backend> inner) : m_inner(std::move(inner)) {}

    // Most bytes that were allocated at the same time. Weights are not in it.
    std::int64_t peakBytes() const { return m_count->peak; }

    std::unique_ptr<Buffer> allocate(std::int64_t bytes) override {
        return std::make_unique<CountedBuffer>(m_inner->allocate(bytes), m_count);
    }
    // Bytes that went back before their buffer did.
    std::int64_t givenBack() const { return m_givenBack; }
    void giveBack(const TensorView& part) override {
        m_givenBack += part.bytes();
        if (m_onGiveBack) m_onGiveBack();
        m_inner->giveBack(part);
    }
    void setOnGiveBack(std::function<void()> call) { m_onGiveBack = std::move(call); }
    std::string_view numericClass() const override { return m_inner->numericClass(); }
    std::string description() const override { return m_inner->description(); }
    DataType activationType() const override { return m_inner->activationType(); }
    std::int64_t rowsAtOnce() const override { return m_inner->rowsAtOnce(); }
    void upload(std::span<const std::byte> host, const TensorView& to) override {
        m_inner->upload(host, to);
    }
    void download(const TensorView& from, std::span<std::byte> host) override {
        m_inner->download(from, host);
    }
    void copy(const TensorView& from, const TensorView& to) override { m_inner->copy(from, to); }
    std::unique_ptr<Buffer> borrow(std::span<const std::byte> host,
                                   std::shared_ptr<const void> owner) override {
        return m_inner->borrow(host, std::move(owner));
    }
    void synchronize() override { m_inner->synchronize(); }
    std::shared_ptr<const Weight> load(const HostWeight& weight) override {
        return m_inner->load(weight);
    }
    int addRope(const RopeConfig& rope) override { return m_inner->addRope(rope); }
    void embed(const Weight& table, std::span<const TokenId> tokens, float scale,
               const TensorView& output) override {
        m_inner->embed(table, tokens, scale, output);
    }
    void rmsNorm(const TensorView& input, const Weight& gain, float epsilon,
                 const TensorView& output) override {
        m_inner->rmsNorm(input, gain, epsilon, output);
    }
    void linear(const TensorView& input, const Weight& weight, const Weight* bias,
                const TensorView& output) override {
        m_inner->linear(input, weight, bias, output);
    }
    void gate(const TensorView& gate, const TensorView& up, Activation activation,
              const TensorView& output) override {
        m_inner->gate(gate, up, activation, output);
    }
    void add(const TensorView& term, const TensorView& sum) override { m_inner->add(term, sum); }
    void convert(const TensorView& from, const TensorView& to) override {
        m_inner->convert(from, to);
    }
    void store(const TensorView& keys, const TensorView& values, const KeyValueView& to,
               std::int64_t first) override {
        m_inner->store(keys, values, to, first);
    }
    void quantize(const KeyValueView& from, const KeyValueView& to) override {
        m_inner->quantize(from, to);
    }
    bool canQuantize() const override { return m_inner->canQuantize(); }
    void attend(const AttentionCall& call) override { m_inner->attend(call); }
    void merge(const Partial& part, const Partial& sum) override { m_inner->merge(part, sum); }
    void mergeParts(const TensorView& parts, const Partial& merged) override {
        m_inner->mergeParts(parts, merged);
    }

  private:
    struct Count {
        std::atomic<std::int64_t> now = 0;
        std::atomic<std::int64_t> peak = 0;
    };

    class CountedBuffer : public Buffer {
      public:
        CountedBuffer(std::unique_ptr<Buffer> inner, std::shared_ptr<Count> count)
            : Buffer(inner->data(), inner->bytes()),
              m_inner(std::move(inner)),
              m_count(std::move(count)) {
            m_count->now += bytes();
            if (m_count->now > m_count->peak) m_count->peak = m_count->now.load();
        }
        ~CountedBuffer() override { m_count->now -= bytes(); }

      private:
        std::unique_ptr<Buffer> m_inner;
        std::shared_ptr<Count> m_count;
    };

    std::unique_ptr<Backend> m_inner;
    std::int64_t m_givenBack = 0;
    std::function<void()> m_onGiveBack;
    std::shared_ptr<Count> m_count = std::make_shared<Count>();
};

}  // namespace asterism::test
