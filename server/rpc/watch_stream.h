// A stream to a watcher of live work, fed by a mailbox.
#ifndef JALON_SERVER_RPC_WATCH_STREAM_H_
#define JALON_SERVER_RPC_WATCH_STREAM_H_

#include <memory>

#include "server/rpc/resource_stream.h"

namespace jalon::server {

// `Box` is the LiveWork::WatchBox of what is watched. Subclasses implement Open, which hands the
// box to the work, and Next, which takes from it.
template <typename Request, typename Response, typename Box>
class WatchStream : public ResourceStream<Request, Response> {
 public:
  using ResourceStream<Request, Response>::ResourceStream;

 protected:
  const std::shared_ptr<Box>& box() const { return box_; }

 private:
  void Prepare() final {
    const std::weak_ptr<WriteStream<Response>> weak = this->weak_from_this();
    box_ = std::make_shared<Box>([weak] {
      if (const auto stream = weak.lock()) stream->Poke();
    });
  }
  void OnReaderGone() final { box_->Close(); }
  void OnEnded() final { box_->Close(); }

  // Shared with the publisher, which holds it weakly.
  std::shared_ptr<Box> box_;
};

}  // namespace jalon::server

#endif  // JALON_SERVER_RPC_WATCH_STREAM_H_
