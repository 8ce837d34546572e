#pragma once

#include "tests/oss_server/service.hpp"

/// One function for each operation of OSS. The router has made sure of the signature, the right,
/// the bucket and, for objects, of the key.
namespace objftpd::oss_server::operations {

// of the service, and of a bucket: bucket_operations.cpp
awaitable<reply> list_buckets(service& s, call& c);
awaitable<reply> put_bucket(service& s, call& c);
awaitable<reply> delete_bucket(service& s, call& c);
awaitable<reply> get_bucket_info(service& s, call& c);
awaitable<reply> get_bucket_stat(service& s, call& c);
awaitable<reply> get_bucket_location(service& s, call& c);
awaitable<reply> get_bucket_acl(service& s, call& c);
awaitable<reply> put_bucket_acl(service& s, call& c);

// list_operations.cpp
awaitable<reply> list_objects(service& s, call& c); // of both versions
awaitable<reply> list_uploads(service& s, call& c);
awaitable<reply> list_parts(service& s, call& c);

// of an object: put_operations.cpp, get_operations.cpp, copy_operations.cpp
awaitable<reply> put_object(service& s, call& c);
awaitable<reply> append_object(service& s, call& c);
awaitable<reply> get_object(service& s, call& c);
awaitable<reply> head_object(service& s, call& c);
awaitable<reply> get_object_meta(service& s, call& c);
awaitable<reply> delete_object(service& s, call& c);
awaitable<reply> delete_objects(service& s, call& c);
awaitable<reply> copy_object(service& s, call& c);

// multipart_operations.cpp
awaitable<reply> initiate_upload(service& s, call& c);
awaitable<reply> upload_part(service& s, call& c);
awaitable<reply> copy_part(service& s, call& c);
awaitable<reply> complete_upload(service& s, call& c);
awaitable<reply> abort_upload(service& s, call& c);

// attribute_operations.cpp
awaitable<reply> get_object_acl(service& s, call& c);
awaitable<reply> put_object_acl(service& s, call& c);
awaitable<reply> get_tagging(service& s, call& c);
awaitable<reply> put_tagging(service& s, call& c);
awaitable<reply> delete_tagging(service& s, call& c);
awaitable<reply> put_symlink(service& s, call& c);
awaitable<reply> get_symlink(service& s, call& c);
awaitable<reply> restore_object(service& s, call& c);

// of buckets with hierarchical namespace: directory_operations.cpp
awaitable<reply> create_directory(service& s, call& c);
awaitable<reply> rename_object(service& s, call& c); // or a directory

} // namespace objftpd::oss_server::operations
