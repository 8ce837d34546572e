#include "storage/rest/verdict.hpp"

#include <catch2/catch.hpp>

using namespace objftpd::storage;
using rest::judge;

TEST_CASE("what a store's refusal means") {
    struct row {
        int status;
        const char* code;
        errc kind;
        bool may_retry;
    };
    const row rows[] = {
        {404, "NoSuchKey", errc::not_found, false},
        {404, "", errc::not_found, false},
        {404, "NoSuchBucket", errc::no_bucket, false},
        {403, "AccessDenied", errc::permission_denied, false},
        {403, "", errc::permission_denied, false},
        {403, "SignatureDoesNotMatch", errc::refused_credentials, false},
        {403, "InvalidAccessKeyId", errc::refused_credentials, false},
        {403, "SecurityTokenExpired", errc::refused_credentials, false},
        {403, "RequestTimeTooSkewed", errc::refused_credentials, true},
        {403, "InvalidObjectState", errc::archived, false},
        {403, "QuotaExceeded", errc::quota, false},
        {403, "InDebt", errc::refused_credentials, false},
        {409, "FileAlreadyExists", errc::already_exists, false},
        {409, "FileImmutable", errc::permission_denied, false},
        {409, "KeyDisabled", errc::permission_denied, false},
        {409, "InvalidBucketState", errc::permission_denied, false},
        {409, "RestoreAlreadyInProgress", errc::archived, false},
        {409, "SomethingNew", errc::permission_denied, false},
        {409, "", errc::precondition_failed, false},
        {409, "OperationAborted", errc::unavailable, true},
        {409, "ConditionalRequestConflict", errc::precondition_failed, true},
        {412, "PreconditionFailed", errc::precondition_failed, false},
        {416, "InvalidRange", errc::range_not_satisfiable, false},
        {400, "EntityTooLarge", errc::too_large, false},
        {400, "BadDigest", errc::checksum_mismatch, true},
        {400, "RequestTimeout", errc::unavailable, true},
        {400, "SomethingNew", errc::unavailable, false},
        {429, "", errc::throttled, true},
        {500, "InternalError", errc::unavailable, true},
        {501, "NotImplemented", errc::unsupported, false},
        {503, "SlowDown", errc::throttled, true},
        {503, "", errc::throttled, true},
        {507, "", errc::no_space, false},
        {200, "InternalError", errc::unavailable, true},
    };
    for (const auto& r : rows) {
        INFO(r.status << " " << r.code);
        const auto meaning = judge(r.status, r.code);
        CHECK(meaning.kind == r.kind);
        CHECK(meaning.may_retry == r.may_retry);
    }
}

TEST_CASE("what the operator must mend comes with advice, what is ordinary without") {
    CHECK_FALSE(judge(403, "SignatureDoesNotMatch").advice.empty());
    CHECK_FALSE(judge(404, "NoSuchBucket").advice.empty());
    CHECK(judge(404, "NoSuchKey").advice.empty());
}

TEST_CASE("what other credentials may mend is told from what they cannot") {
    for (const auto* const code : {"ExpiredToken", "SecurityTokenExpired", "InvalidAccessKeyId",
                                   "SignatureDoesNotMatch", "InvalidToken"})
        CHECK(judge(403, code).blames_keys);
    CHECK(judge(401, "").blames_keys);
    for (const auto* const code : {"AccessDenied", "InDebt", "RequestTimeTooSkewed", ""})
        CHECK_FALSE(judge(403, code).blames_keys);
}
