// The server's side of a stream of responses: one write in flight, finished exactly once.
#ifndef JALON_SERVER_STREAM_WRITE_STREAM_H_
#define JALON_SERVER_STREAM_WRITE_STREAM_H_

#include <grpcpp/support/server_callback.h>

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "server/base/mutex.h"

namespace jalon::server {

// Pulls messages from its subclass when it may write. The states:
//
//   Open       nothing in flight; Poke starts a write when the subclass has a message
//   Writing    the subclass is being asked, or a message is in flight
//   Finished   Finish was called; waiting for OnDone
//
// Keeps itself alive until OnDone. Shared, because publishers on other threads may be inside Poke
// when gRPC is done with it: they hold it through a weak pointer that they lock for the call.
// Thread-safe.
template <typename Message>
class WriteStream : public grpc::ServerWriteReactor<Message>,
                    public std::enable_shared_from_this<WriteStream<Message>> {
 public:
  // Called once, right after construction by std::make_shared.
  void KeepAlive() { self_ = this->shared_from_this(); }

  // Something may be there to be written.
  void Poke() JALON_EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      poked_ = true;
      if (state_ != State::kOpen) return;
      state_ = State::kWriting;
    }
    Advance();
  }

  // Ends the stream as soon as no write is in flight; nothing more is pulled. The first call
  // counts.
  void End(absl::Status status) JALON_EXCLUDES(mu_) {
    {
      MutexLock lock(mu_);
      if (!end_.has_value()) end_ = std::move(status);
    }
    Poke();
  }

  void OnWriteDone(bool ok) final {
    // A write that failed means that the reader has gone; gRPC may say so before OnCancel.
    if (!ok) OnGone();
    Advance();
  }
  void OnCancel() final {
    OnGone();
    Poke();
  }
  void OnDone() final {
    OnEnded();
    // May destroy this stream at the end of the scope.
    const std::shared_ptr<WriteStream> self = std::move(self_);
  }

 protected:
  // What the subclass has: a message it filled in, nothing for now (a Poke will follow), or the end
  // of the stream.
  struct Pulled {
    enum class Kind { kMessage, kNothing, kEnd } kind = Kind::kNothing;
    absl::Status end;
  };

  // Fills `message` with the next message, if any. Called by one thread at a time, without locks;
  // must not block.
  virtual Pulled Next(Message* message) = 0;
  // Maps the status the stream ends with; called once.
  virtual grpc::Status Finished(const absl::Status& status) = 0;
  // The reader has gone. May be called more than once, from any thread.
  virtual void OnReaderGone() {}
  // gRPC is done with the stream. Called once.
  virtual void OnEnded() {}

 private:
  enum class State { kOpen, kWriting, kFinished };

  void OnGone() {
    {
      MutexLock lock(mu_);
      if (!end_.has_value()) end_ = absl::CancelledError("the reader has gone");
    }
    OnReaderGone();
  }

  // Runs in state Writing with nothing in flight, on one thread: writes, finishes, or opens again.
  void Advance() {
    for (;;) {
      std::optional<absl::Status> end;
      {
        MutexLock lock(mu_);
        poked_ = false;
        end = end_;
      }
      Pulled pulled;
      if (!end.has_value()) {
        message_.Clear();
        pulled = Next(&message_);
        if (pulled.kind == Pulled::Kind::kMessage) return this->StartWrite(&message_);
        if (pulled.kind == Pulled::Kind::kEnd) end = pulled.end;
      }
      if (end.has_value()) {
        {
          MutexLock lock(mu_);
          state_ = State::kFinished;
        }
        return this->Finish(Finished(*end));
      }
      MutexLock lock(mu_);
      if (poked_) continue;
      state_ = State::kOpen;
      return;
    }
  }

  Mutex mu_;
  State state_ JALON_GUARDED_BY(mu_) = State::kOpen;
  // A Poke came while the stream was not open.
  bool poked_ JALON_GUARDED_BY(mu_) = false;
  std::optional<absl::Status> end_ JALON_GUARDED_BY(mu_);
  // Owned by the thread in Advance, then by gRPC until OnWriteDone.
  Message message_;
  std::shared_ptr<WriteStream> self_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_STREAM_WRITE_STREAM_H_
