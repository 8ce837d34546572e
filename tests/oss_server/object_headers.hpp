#pragma once

#include "tests/oss_server/records.hpp"
#include "tests/oss_server/service.hpp"

#include <string>
#include <utility>
#include <vector>

/// What travels in headers: from requests into records, and from records into answers.
namespace objftpd::oss_server {

/// Content headers, user metadata, ACL, storage class, encryption and tags of a request that
/// makes an object. `bucket` has the defaults.
outcome<properties> properties_of(const call& c, const bucket_record& bucket, const limits& most);

/// "a=1&b=2" as x-oss-tagging has it.
using tag_list = std::vector<std::pair<std::string, std::string>>;
outcome<tag_list> parse_tags(const std::string& text);
outcome<> check_tags(const tag_list& tags);

bool is_object_acl(const std::string& acl);
bool is_bucket_acl(const std::string& acl);
bool is_storage_class(const std::string& name);

/// Whether reading needs a restored copy.
bool is_archived(const object_record& o, std::chrono::sys_seconds now);

/// What HEAD and GET tell of an object.
void describe(answer& a, const object_record& o, std::chrono::sys_seconds now);

/// The answer to what has written an object: its ETag and checksum.
void describe_written(answer& a, const object_record& o);

/// "\"...\""
std::string quoted(const std::string& etag);

/// AES256, KMS or SM4 as the request asked for it.
void echo_encryption(answer& a, const properties& given);

/// x-oss-forbid-overwrite: true. InvalidArgument for what is neither true nor false.
outcome<> check_overwrite(const call& c, const object_ptr& existing);

} // namespace objftpd::oss_server
