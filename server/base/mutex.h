// The only locks of the server: std::mutex and std::condition_variable with clang's thread-safety
// attributes.
//
// Why not absl::Mutex: the packaged Abseil is not built for TSan, which then reports false races.
// Why wrappers: libstdc++'s own types carry no attributes, so clang could not check who holds what.
// Attributes are active under clang (-Wthread-safety) and vanish under g++.
#ifndef JALON_SERVER_BASE_MUTEX_H_
#define JALON_SERVER_BASE_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define JALON_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define JALON_THREAD_ATTRIBUTE(x)
#endif

// On a data member: read and written only with `mu` held.
#define JALON_GUARDED_BY(mu) JALON_THREAD_ATTRIBUTE(guarded_by(mu))
// On a pointer member: what it points to is read and written only with `mu` held.
#define JALON_PT_GUARDED_BY(mu) JALON_THREAD_ATTRIBUTE(pt_guarded_by(mu))
// On a function: the caller holds the locks.
#define JALON_REQUIRES(...) JALON_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
// On a function: the caller does not hold the locks (the function takes them).
#define JALON_EXCLUDES(...) JALON_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
// On a mutex member: the order in which two locks are taken.
#define JALON_ACQUIRED_AFTER(...) JALON_THREAD_ATTRIBUTE(acquired_after(__VA_ARGS__))
// On a function whose locking clang cannot follow; say why beside it.
#define JALON_NO_THREAD_SAFETY_ANALYSIS JALON_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace jalon::server {

// A plain, non-recursive lock. Hold it for microseconds: never across a store call, a computation
// or an RPC.
class JALON_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void Lock() JALON_THREAD_ATTRIBUTE(acquire_capability()) { mu_.lock(); }
  void Unlock() JALON_THREAD_ATTRIBUTE(release_capability()) { mu_.unlock(); }
  bool TryLock() JALON_THREAD_ATTRIBUTE(try_acquire_capability(true)) { return mu_.try_lock(); }
  // Tells the analysis that the lock is held, inside lambdas it cannot follow (a CondVar
  // predicate). Checks nothing at run time.
  void AssertHeld() const JALON_THREAD_ATTRIBUTE(assert_capability(this)) {}

 private:
  friend class CondVar;
  std::mutex mu_;
};

// Holds a Mutex for the life of a scope.
class JALON_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mu) JALON_THREAD_ATTRIBUTE(acquire_capability(mu)) : mu_(mu) {
    mu_.Lock();
  }
  ~MutexLock() JALON_THREAD_ATTRIBUTE(release_capability()) { mu_.Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mu_;
};

// A condition variable for a Mutex. Every wait takes a predicate, evaluated with the lock held, so
// spurious wake-ups cannot be forgotten; begin the predicate with `mu.AssertHeld()` when it reads
// guarded members.
class CondVar {
 public:
  CondVar() = default;
  CondVar(const CondVar&) = delete;
  CondVar& operator=(const CondVar&) = delete;

  void NotifyOne() { cv_.notify_one(); }
  void NotifyAll() { cv_.notify_all(); }

  // Blocks until `ready()`; the lock is held on entry and on return.
  template <typename Predicate>
  void Wait(Mutex& mu, Predicate ready) JALON_REQUIRES(mu) {
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    cv_.wait(lock, ready);
    lock.release();
  }

  // As Wait, at most until `deadline` of the steady clock. Returns ready() at the end.
  template <typename Predicate>
  bool WaitUntil(Mutex& mu, std::chrono::steady_clock::time_point deadline, Predicate ready)
      JALON_REQUIRES(mu) {
    std::unique_lock<std::mutex> lock(mu.mu_, std::adopt_lock);
    const bool result = cv_.wait_until(lock, deadline, ready);
    lock.release();
    return result;
  }

  // As WaitUntil, for a duration from now.
  template <typename Predicate>
  bool WaitFor(Mutex& mu, std::chrono::nanoseconds timeout, Predicate ready) JALON_REQUIRES(mu) {
    return WaitUntil(mu, std::chrono::steady_clock::now() + timeout, ready);
  }

 private:
  std::condition_variable cv_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_BASE_MUTEX_H_
