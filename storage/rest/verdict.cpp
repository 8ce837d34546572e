#include "storage/rest/verdict.hpp"

#include <algorithm>
#include <array>

namespace objftpd::storage::rest {
namespace {

struct row {
    std::string_view code;
    verdict meaning;
};

constexpr std::string_view check_keys = "check the store's access key and secret";
constexpr std::string_view check_rights =
    "give the access key the right to this action on the bucket and prefix";
constexpr std::string_view check_bucket = "check the mount's bucket and the store's endpoint";
constexpr std::string_view check_region = "check the store's endpoint and region";
constexpr std::string_view check_clock = "set this machine's clock";
constexpr std::string_view check_account = "look after the account at the store's vendor";
constexpr std::string_view slow_down = "lower the store's max_requests, or raise its limits";
constexpr std::string_view check_proxy = "look for a proxy that changes requests on their way";

constexpr std::string_view check_retention =
    "the bucket's rules keep objects from being changed; write elsewhere, or change the rules";
constexpr std::string_view check_encryption_key =
    "enable the key that the bucket encrypts with, and give the access key the right to use it";
constexpr std::string_view check_conflict =
    "look the code up in the documents of the store's vendor: nobody else is in the way";

constexpr verdict bad_keys{errc::refused_credentials, false, check_keys, true};

constexpr std::array rows{
    row{"AccessDenied", {errc::permission_denied, false, check_rights}},
    row{"AccessForbidden", {errc::permission_denied, false, check_rights}},
    row{"AllAccessDisabled", {errc::permission_denied, false, check_account}},
    row{"AccessKeyIdAndSecurityTokenNotMatch", bad_keys},
    row{"AuthorizationHeaderMalformed", {errc::refused_credentials, false, check_region}},
    row{"BadDigest", {errc::checksum_mismatch, true, check_proxy}},
    row{"BadRequest", {errc::unavailable, true, ""}}, // OSS means it as a passing fault
    row{"BucketDisable", {errc::refused_credentials, false, check_account}},
    row{"CnameDenied", {errc::refused_credentials, false, check_region}},
    row{"ConditionalRequestConflict", {errc::precondition_failed, true, ""}},
    row{"EntityTooLarge", {errc::too_large, false, ""}},
    row{"ExpiredToken", bad_keys},
    row{"FileAlreadyExists", {errc::already_exists, false, ""}},
    row{"FileImmutable", {errc::permission_denied, false, check_retention}},
    row{"InDebt", {errc::refused_credentials, false, check_account}},
    row{"InDebtOverdue", {errc::refused_credentials, false, check_account}},
    row{"IncompleteBody", {errc::unavailable, true, ""}},
    row{"InvalidAccessKeyId", bad_keys},
    row{"InvalidArgument", {errc::invalid_value, false, ""}},
    row{"InvalidBucketName", {errc::no_bucket, false, check_bucket}},
    row{"InvalidBucketState", {errc::permission_denied, false, check_account}},
    row{"InvalidDigest", {errc::checksum_mismatch, true, check_proxy}},
    row{"InvalidObjectName", {errc::invalid_name, false, ""}},
    row{"InvalidObjectState", {errc::archived, false, ""}},
    row{"InvalidRange", {errc::range_not_satisfiable, false, ""}},
    row{"InvalidSecurityToken", bad_keys},
    row{"InvalidStorageClass", {errc::invalid_value, false, ""}},
    row{"InvalidTag", {errc::invalid_value, false, ""}},
    row{"InvalidToken", bad_keys},
    row{"KeyDisabled", {errc::permission_denied, false, check_encryption_key}},
    row{"KMS.DisabledException", {errc::permission_denied, false, check_encryption_key}},
    row{"KMS.KMSInvalidStateException", {errc::permission_denied, false, check_encryption_key}},
    row{"KMS.NotFoundException", {errc::permission_denied, false, check_encryption_key}},
    row{"KeyTooLongError", {errc::invalid_name, false, ""}},
    row{"MetadataTooLarge", {errc::invalid_value, false, ""}},
    row{"MetaOperationQpsLimitExceeded", {errc::throttled, true, slow_down}},
    row{"NoSuchBucket", {errc::no_bucket, false, check_bucket}},
    row{"NoSuchKey", {errc::not_found, false, ""}},
    row{"NoSuchUpload", {errc::not_found, false, ""}},
    row{"NonStandardHostForbidden", {errc::refused_credentials, false, check_region}},
    row{"NotSymlink", {errc::not_a_link, false, ""}},
    row{"OperationAborted", {errc::unavailable, true, ""}},
    row{"PermanentRedirect", {errc::refused_credentials, false, check_region}},
    row{"PreconditionFailed", {errc::precondition_failed, false, ""}},
    row{"QuotaExceeded", {errc::quota, false, check_account}},
    row{"RequestTimeTooSkewed", {errc::refused_credentials, true, check_clock}},
    row{"RequestTimeout", {errc::unavailable, true, ""}},
    row{"RestoreAlreadyInProgress", {errc::archived, false, ""}},
    row{"SecondLevelDomainForbidden",
        {errc::refused_credentials, false, "take style = \"virtual\", as OSS demands"}},
    row{"SecurityTokenExpired", bad_keys},
    row{"SecurityTokenNotSupported", bad_keys},
    row{"SignatureDoesNotMatch", bad_keys},
    row{"SlowDown", {errc::throttled, true, slow_down}},
    row{"SlowDownRead", {errc::throttled, true, slow_down}},
    row{"SlowDownWrite", {errc::throttled, true, slow_down}},
    row{"SymlinkTargetNotExist", {errc::not_found, false, ""}},
    row{"TooManyRequests", {errc::throttled, true, slow_down}},
    row{"TotalQpsLimitExceeded", {errc::throttled, true, slow_down}},
    row{"UploadTrafficRateLimitExceeded", {errc::throttled, true, slow_down}},
    row{"DownloadTrafficRateLimitExceeded", {errc::throttled, true, slow_down}},
    row{"UserDisable", {errc::refused_credentials, false, check_account}},
    row{"XAmzContentSHA256Mismatch", {errc::checksum_mismatch, true, check_proxy}},
    row{"XMinioInvalidObjectName", {errc::invalid_name, false, ""}},
    row{"XMinioObjectExistsAsDirectory", {errc::is_a_directory, false, ""}},
    row{"XMinioStorageFull", {errc::no_space, false, check_account}},
};

verdict judge_status(int status) {
    switch (status) {
    case 200: // with an error document in it
        return {errc::unavailable, true, ""};
    case 301:
    case 307:
        return {errc::refused_credentials, false, check_region};
    case 401:
        return bad_keys;
    case 403:
        return {errc::permission_denied, false, check_rights};
    case 404:
        return {errc::not_found, false, ""};
    case 408:
    case 425:
        return {errc::unavailable, true, ""};
    case 409:
    case 412:
        return {errc::precondition_failed, false, ""};
    case 411:
    case 501:
        return {errc::unsupported, false, ""};
    case 413:
        return {errc::too_large, false, ""};
    case 416:
        return {errc::range_not_satisfiable, false, ""};
    case 429:
    case 503:
        return {errc::throttled, true, slow_down};
    case 507:
        return {errc::no_space, false, check_account};
    default:
        return {errc::unavailable, status >= 500, ""};
    }
}

} // namespace

verdict judge(int status, std::string_view code) {
    const auto found = std::ranges::find(rows, code, &row::code);
    if (found != rows.end())
        return found->meaning;
    // A conflict with the bucket's settings, most likely: who is told that somebody else was faster
    // would try for ever.
    if (status == 409 && !code.empty())
        return {errc::permission_denied, false, check_conflict};
    return judge_status(status);
}

} // namespace objftpd::storage::rest
