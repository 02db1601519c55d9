#include "service/auth/signer.h"

#include <Poco/HMACEngine.h>
#include <Poco/SHA2Engine.h>

#include "service/core/ids.h"
#include "service/platform/files.h"

namespace berth::auth {
namespace {

constexpr std::size_t kMaxKeyBytes = 256;

class Sha256 : public Poco::SHA2Engine {
 public:
  enum { BLOCK_SIZE = 64, DIGEST_SIZE = 32 };  // what HMACEngine asks its engine for
};

core::Result<std::string> load_key(const std::string& path) {
  auto key = platform::read_file(path, kMaxKeyBytes);
  if (key && !key->empty()) return key;
  if (!key && key.error().code != core::ErrorCode::not_found) return key;
  std::string made = core::random_base32_256();
  if (auto written = platform::write_file_atomically(path, made, 0600); !written) {
    return core::fail(std::move(written.error()));
  }
  return made;
}

}  // namespace

core::Result<std::function<std::string(std::string_view text)>> load_signer(
    const std::string& key_file) {
  const auto key = load_key(key_file);
  if (!key) return core::fail(key.error());
  return [key = *key](std::string_view text) {
    Poco::HMACEngine<Sha256> engine(key);
    engine.update(text.data(), static_cast<unsigned>(text.size()));
    return Poco::DigestEngine::digestToHex(engine.digest());
  };
}

}  // namespace berth::auth
