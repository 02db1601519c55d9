#pragma once

namespace berth::queue {

/// Exponential moving average, α = 0.1: about the last twenty samples count. The first sample is
/// taken as it is, so that no made-up start value has to fade.
class MovingAverage {
 public:
  void add(double sample) {
    value_ = empty_ ? sample : value_ + kAlpha * (sample - value_);
    empty_ = false;
  }

  bool empty() const { return empty_; }
  double value() const { return value_; }  ///< 0 before the first sample

 private:
  static constexpr double kAlpha = 0.1;

  double value_ = 0;
  bool empty_ = true;
};

}  // namespace berth::queue
