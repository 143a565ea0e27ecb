// Between a job that publishes and one watcher that may be slow.
#ifndef JALON_SERVER_STREAM_MAILBOX_H_
#define JALON_SERVER_STREAM_MAILBOX_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

#include "server/base/mutex.h"

namespace jalon::server {

// Holds what its reader has not taken yet, in bounded memory:
//   events   kept in order, never dropped; at most `max_events` of them;
//   latest   one value, replaced by the next one (the reader skips what it missed);
//   final    one value, the last thing the reader gets.
// Take gives events first, then the latest value, then the final one: a reader that ends has seen
// the newest value. Thread-safe.
template <typename Event, typename Latest, typename Final>
class Mailbox {
 public:
  using Item = std::variant<Event, Latest, Final>;
  static constexpr int kDefaultMaxEvents = 32;

  // `wake` is called, without any lock held, after each thing put in. It may be called a little
  // while after Close and must bear it.
  explicit Mailbox(std::function<void()> wake, int max_events = kDefaultMaxEvents)
      : wake_(std::move(wake)), max_events_(max_events) {}

  // False, and nothing is kept, when `max_events` wait already: the reader must be told that it is
  // too slow. Without effect once closed or after a final value.
  bool PushEvent(Event event) JALON_EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (closed_ || final_.has_value()) return true;
      if (static_cast<int>(events_.size()) >= max_events_) return false;
      events_.push_back(std::move(event));
    }
    wake_();
    return true;
  }

  void PutLatest(Latest latest) JALON_EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (closed_ || final_.has_value()) return;
      if (latest_.has_value()) ++skipped_count_;
      latest_ = std::move(latest);
    }
    wake_();
  }

  // The first final value counts, later ones are ignored.
  void PutFinal(Final final) JALON_EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (closed_ || final_.has_value()) return;
      final_ = std::move(final);
    }
    wake_();
  }

  // The next thing for the reader; nullopt when there is none now, or after the final one.
  std::optional<Item> Take() JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    if (closed_) return std::nullopt;
    if (!events_.empty()) {
      Item item(std::in_place_index<0>, std::move(events_.front()));
      events_.pop_front();
      return item;
    }
    if (latest_.has_value()) {
      Item item(std::in_place_index<1>, *std::exchange(latest_, std::nullopt));
      return item;
    }
    if (final_.has_value()) {
      closed_ = true;
      return Item(std::in_place_index<2>, *std::move(final_));
    }
    return std::nullopt;
  }

  // The reader has gone: everything is dropped, now and later.
  void Close() JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    closed_ = true;
    events_.clear();
    latest_.reset();
    final_.reset();
  }

  bool closed() const JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return closed_;
  }
  // Latest values that were replaced before the reader took them.
  int64_t skipped_count() const JALON_EXCLUDES(mu_) {
    MutexLock lock(mu_);
    return skipped_count_;
  }

 private:
  const std::function<void()> wake_;
  const int max_events_;
  mutable Mutex mu_;
  std::deque<Event> events_ JALON_GUARDED_BY(mu_);
  std::optional<Latest> latest_ JALON_GUARDED_BY(mu_);
  std::optional<Final> final_ JALON_GUARDED_BY(mu_);
  int64_t skipped_count_ JALON_GUARDED_BY(mu_) = 0;
  bool closed_ JALON_GUARDED_BY(mu_) = false;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_STREAM_MAILBOX_H_
