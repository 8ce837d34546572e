#include "tests/oss_server/errors.hpp"

#include "config/log.hpp"
#include "storage/error.hpp"
#include "tests/oss_server/xml.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

namespace objftpd::oss_server {
namespace {

struct row {
    std::string_view code;
    unsigned status;
    std::string_view detail;
    std::string_view message;
};

constexpr auto table = std::to_array<row>({
    {"AccessDenied", 403, "0003-00000001", "You have no right to access this object."},
    {"BadRequest", 400, "0017-00000001", "The request is malformed."},
    {"BucketAlreadyExists", 409, "0015-00000104",
     "The requested bucket name is not available. Please select a different name and try again."},
    {"BucketNotEmpty", 409, "0015-00000301", "The bucket you tried to delete is not empty."},
    {"EntityTooLarge", 400, "0017-00000902",
     "Your proposed upload exceeds the maximum allowed object size."},
    {"EntityTooSmall", 400, "0042-00000204",
     "Your proposed upload is smaller than the minimum allowed size."},
    {"FileAlreadyExists", 409, "0026-00000121",
     "The object you specified already exists and can not be overwritten."},
    {"IncompleteBody", 400, "0017-00000802",
     "You did not provide the number of bytes specified by the Content-Length HTTP header."},
    {"InternalError", 500, "0048-00000001", "We encountered an internal error. Please try again."},
    {"InvalidAccessKeyId", 403, "0002-00000902",
     "The OSS Access Key Id you provided does not exist in our records."},
    {"InvalidArgument", 400, "0017-00000101", "Invalid Argument."},
    {"InvalidBucketName", 400, "0015-00000001", "The specified bucket is not valid."},
    {"InvalidDigest", 400, "0017-00000203",
     "The Content-MD5 you specified did not match what we received."},
    {"InvalidEncryptionAlgorithmError", 400, "0048-00000101",
     "The encryption request you specified is not valid. Supported value: AES256/KMS/SM4."},
    {"InvalidObjectName", 400, "0017-00000301", "The specified object is not valid."},
    {"InvalidObjectState", 403, "0026-00000801",
     "The operation is not valid for the object's state."},
    {"InvalidPart", 400, "0042-00000301",
     "One or more of the specified parts could not be found or the specified entity tag might "
     "not have matched the part's entity tag."},
    {"InvalidPartOrder", 400, "0042-00000302",
     "The list of parts was not in ascending order. Parts list must specified in order by part "
     "number."},
    {"InvalidRange", 416, "0026-00000202", "The requested range cannot be satisfied."},
    {"InvalidRequest", 400, "0017-00000002", "The request is not valid."},
    {"InvalidSecurityToken", 403, "0002-00000910", "The security token you provided is invalid."},
    {"InvalidTargetType", 400, "0026-00000901", "The target of the symbolic link is not valid."},
    {"MalformedXML", 400, "0017-00000401",
     "The XML you provided was not well-formed or did not "
     "validate against our published schema."},
    {"MethodNotAllowed", 405, "0017-00000501",
     "The specified method is not allowed against this resource."},
    {"MissingArgument", 400, "0017-00000102", "Missing Some Required Arguments."},
    {"MissingContentLength", 411, "0017-00000801",
     "You must provide the Content-Length HTTP header."},
    {"NonStandardHostForbidden", 403, "0003-00000901",
     "The bucket you are attempting to access must be addressed using OSS third level domain."},
    {"NoSuchBucket", 404, "0015-00000101", "The specified bucket does not exist."},
    {"NoSuchKey", 404, "0026-00000001", "The specified key does not exist."},
    {"NoSuchUpload", 404, "0042-00000002",
     "The specified upload does not exist. The upload ID may be invalid, or the upload may have "
     "been aborted or completed."},
    {"NotImplemented", 501, "0017-00000502",
     "A header or parameter you provided implies functionality that is not implemented."},
    {"NotModified", 304, "0026-00000203", "Not Modified"},
    {"NotSymlink", 400, "0026-00000902", "The object is not symlink object."},
    {"ObjectNotAppendable", 409, "0026-00000402", "The object is not appendable"},
    {"OperationNotSupported", 400, "0026-00000802",
     "The operation is not supported for this resource"},
    {"PositionNotEqualToLength", 409, "0026-00000401", "Position is not equal to file length"},
    {"PreconditionFailed", 412, "0026-00000204",
     "At least one of the pre-conditions you specified did not hold."},
    {"RequestTimeTooSkewed", 403, "0002-00000504",
     "The difference between the request time and the current time is too large."},
    {"RestoreAlreadyInProgress", 409, "0026-00000803", "The restore operation is in progress."},
    {"SecondLevelDomainForbidden", 403, "0003-00000902",
     "The bucket you are attempting to access must be addressed using OSS third level domain."},
    {"SecurityTokenExpired", 403, "0002-00000911", "The security token you provided has expired."},
    {"ServiceUnavailable", 503, "0048-00000003", "Please reduce your request rate."},
    {"SignatureDoesNotMatch", 403, "0002-00000040",
     "The request signature we calculated does not match the signature you provided. Check your "
     "key and signing method."},
    {"SymlinkTargetNotExist", 404, "0026-00000903",
     "The target of the symbolic link does not exist."},
});

const row& row_of(std::string_view code) {
    const auto found = std::ranges::find(table, code, &row::code);
    if (found == table.end())
        throw std::logic_error("no such error code: " + std::string(code));
    return *found;
}

} // namespace

oss_error::oss_error(const char* code, std::string message)
    : status_(row_of(code).status), code_(code), message_(std::move(message)),
      detail_(row_of(code).detail) {
    if (message_.empty())
        message_ = row_of(code).message;
}

oss_error oss_error::with(std::string name, std::string value) const {
    auto copy = *this;
    copy.elements_.emplace_back(std::move(name), std::move(value));
    return copy;
}

oss_error oss_error::with_header(std::string name, std::string value) const {
    auto copy = *this;
    copy.headers_.emplace_back(std::move(name), std::move(value));
    return copy;
}

std::string oss_error::xml(const std::string& request_id, const std::string& host) const {
    xml_document document("Error");
    auto& root = document.root;
    add(root, "Code", code_);
    add(root, "Message", message_);
    add(root, "RequestId", request_id);
    add(root, "HostId", host);
    for (const auto& [name, value] : elements_)
        add(root, name.c_str(), value);
    add(root, "EC", detail_);
    return document.text();
}

oss_error store_failure(error_code failed) {
    config::log::error("the embedded store failed", {{"error", failed.message()}});
    return oss_error("InternalError");
}

oss_error invalid_argument(std::string message, std::string name, std::string value) {
    return oss_error("InvalidArgument", std::move(message))
        .with("ArgumentName", std::move(name))
        .with("ArgumentValue", std::move(value));
}

} // namespace objftpd::oss_server
