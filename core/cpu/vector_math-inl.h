// Elementary functions on vectors of floats. Included once per Highway target, hence the toggling
// guard.
#if defined(ASTERISM_VECTOR_MATH_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef ASTERISM_VECTOR_MATH_INL
#undef ASTERISM_VECTOR_MATH_INL
#else
#define ASTERISM_VECTOR_MATH_INL
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace asterism::cpu::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// 2^x to 2e-7 of its value; 0 below -126.5, 2^127 at most. What is no number stays none, so that it
// is noticed in the end: of two operands of which one is none, x86 returns the second.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp2(D d, V x) {
    const hn::RebindToSigned<D> di;
    x = hn::Min(hn::Set(d, 127.0F), hn::Max(hn::Set(d, -127.0F), x));
    const auto whole = hn::NearestInt(x);
    const V f = hn::Sub(x, hn::ConvertTo(d, whole));
    // Taylor series of 2^f on [-0.5, 0.5].
    V series = hn::Set(d, 1.5403530393381608e-4F);
    series = hn::MulAdd(series, f, hn::Set(d, 1.3333558146428443e-3F));
    series = hn::MulAdd(series, f, hn::Set(d, 9.6181291076284771e-3F));
    series = hn::MulAdd(series, f, hn::Set(d, 5.5504108664821579e-2F));
    series = hn::MulAdd(series, f, hn::Set(d, 2.4022650695910072e-1F));
    series = hn::MulAdd(series, f, hn::Set(d, 6.9314718055994531e-1F));
    series = hn::MulAdd(series, f, hn::Set(d, 1.0F));
    const auto power = hn::ShiftLeft<23>(hn::Add(whole, hn::Set(di, 127)));
    return hn::Mul(series, hn::BitCast(d, power));
}

// 1 / (1 + e^-x)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V sigmoid(D d, V x) {
    const V one = hn::Set(d, 1.0F);
    const V power = exp2(d, hn::Mul(x, hn::Set(d, -1.4426950408889634F)));
    return hn::Div(one, hn::Add(one, power));
}

}  // namespace asterism::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
