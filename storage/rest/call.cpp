#include "storage/rest/call.hpp"

#include "storage/error.hpp"

#include <algorithm>

namespace objftpd::storage::rest {

std::string_view name_of(operation o) {
    switch (o) {
    case operation::list_objects:
        return "ListObjects";
    case operation::head_object:
        return "HeadObject";
    case operation::get_object:
        return "GetObject";
    case operation::put_object:
        return "PutObject";
    case operation::delete_object:
        return "DeleteObject";
    case operation::delete_objects:
        return "DeleteObjects";
    case operation::copy_object:
        return "CopyObject";
    case operation::create_upload:
        return "CreateMultipartUpload";
    case operation::upload_part:
        return "UploadPart";
    case operation::copy_part:
        return "UploadPartCopy";
    case operation::complete_upload:
        return "CompleteMultipartUpload";
    case operation::abort_upload:
        return "AbortMultipartUpload";
    case operation::list_parts:
        return "ListParts";
    case operation::list_uploads:
        return "ListMultipartUploads";
    case operation::get_acl:
        return "GetObjectAcl";
    case operation::put_acl:
        return "PutObjectAcl";
    case operation::get_tags:
        return "GetObjectTagging";
    case operation::put_tags:
        return "PutObjectTagging";
    case operation::restore_object:
        return "RestoreObject";
    case operation::get_link:
        return "GetSymlink";
    case operation::put_link:
        return "PutSymlink";
    case operation::create_directory:
        return "CreateDirectory";
    case operation::rename:
        return "Rename";
    case operation::list_versions:
        return "ListObjectVersions";
    }
    return "";
}

stage stage_of(operation o) {
    switch (o) {
    case operation::upload_part:
    case operation::copy_part:
    case operation::complete_upload:
    case operation::abort_upload:
        return stage::under_way;
    default:
        return stage::beginning;
    }
}

http::time_limits time_limits_of(operation o, std::chrono::seconds stall,
                                 std::size_t lowest_speed) {
    using namespace std::chrono_literals;
    http::time_limits limits;
    limits.stall = stall;
    switch (o) {
    case operation::get_object:
        limits.answer = 2 * stall;
        break;
    case operation::put_object:
    case operation::upload_part:
        limits.lowest_speed = std::max(lowest_speed, limits.lowest_speed);
        limits.answer = 5 * stall; // what has left us may still be in the buffers of a slow line
        break;
    case operation::copy_object:
    case operation::copy_part:
    case operation::complete_upload:
        limits.stall = 10 * stall;
        limits.answer = 10 * stall;
        limits.total = 60 * stall;
        break;
    default:
        limits.answer = 2 * stall;
        limits.total = std::max<std::chrono::seconds>(3 * stall, 1min);
    }
    return limits;
}

const std::string* answer::find(std::string_view name) const {
    return http::find(headers, name);
}

bool answer::was_served() const {
    const bool refused = status >= 400 && status < 500;
    return !failed || (refused && failed != errc::throttled && failed != errc::unavailable);
}

const std::string* answer::request_id() const {
    const auto* const oss = find("x-oss-request-id");
    return oss != nullptr ? oss : find("x-amz-request-id");
}

} // namespace objftpd::storage::rest
