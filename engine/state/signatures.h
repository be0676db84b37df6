// The marks of Pulumi's special values inside plain JSON objects.
// Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
#pragma once

#include <string_view>

namespace drydock::engine::signature {

constexpr std::string_view kKey = "4dabf18193072939515e22adb298388d";
constexpr std::string_view kSecret = "1b47061264138c4ac30d75fd1eb44270";
constexpr std::string_view kAsset = "c44067f5952c0a294b673a41bacd8c17";
constexpr std::string_view kArchive = "0def7320c3a5731c473e5ecbe6d01bc7";
constexpr std::string_view kResource = "5cf8f73096256a8f31e491e813e4eb8e";
constexpr std::string_view kFloat = "8ad145fe-0d11-4827-bfd7-1abcbf086f5c";

/// Strings that stand for "not known yet"; we write the first.
constexpr std::string_view kUnknowns[] = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"};

}  // namespace drydock::engine::signature
