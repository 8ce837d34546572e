"""Signatures, digests and checksums: what must be refused, and what must not."""

import base64
import copy
import datetime
import hashlib
import hmac
import time
import urllib.parse
import zlib

import s3_client
from probes.multipart import Upload

BODY = b"123456789"
CRC32 = base64.b64encode(zlib.crc32(BODY).to_bytes(4, "big")).decode()
CRC32C = "4waSgw=="
CRC64NVME = "rosUhgp5mIg="
SHA256 = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
SHA1 = base64.b64encode(hashlib.sha1(BODY).digest()).decode()


def probe(store, report):
    report.area = "Signatures"
    signatures(store, report)
    buckets(store, report)
    report.area = "Digests"
    digests(store, report)
    report.area = "Checksums"
    checksums(store, report)
    report.area = "aws-chunked"
    chunked(store, report)


def unsigned(store, method, key, headers):
    """A request that is sent as it is."""
    bare = copy.copy(store)
    bare.signed_headers = lambda *_: {"host": store.host} | headers
    return bare.call(method, key)


def signatures(store, report):
    store.call("PUT", "x/key", body=BODY)
    wrong = copy.copy(store)
    wrong.secret = store.secret + "x"
    for method in ("GET", "PUT", "HEAD"):
        report.expect(f"{method} with a wrong secret", wrong.call(method, "x/key"), 403,
                      "SignatureDoesNotMatch" if method != "HEAD" else "")
    answer = wrong.call("GET", "x/key")
    report.tell("its answer", answer.body.decode(errors="replace")[:400])
    nobody = copy.copy(store)
    nobody.key = "NOSUCHKEY"
    report.expect("an unknown key id", nobody.call("GET", "x/key"), 403, "InvalidAccessKeyId")
    for minutes in (-20, 20):
        answer = store.call("GET", "x/key", skew=minutes * 60)
        report.expect(f"a clock that is {minutes} minutes off", answer, 403,
                      "RequestTimeTooSkewed", f"ServerTime {answer.text('ServerTime') or 'none'}")
    for minutes in (-10, 10):
        report.expect(f"a clock that is {minutes} minutes off",
                      store.call("GET", "x/key", skew=minutes * 60), 200)
    report.expect("no signature", unsigned(store, "GET", "x/key", {}), 403, "AccessDenied")
    elsewhere = copy.copy(store)
    elsewhere.region = "eu-nowhere-1"
    answer = elsewhere.call("GET", "x/key")
    report.expect("a wrong region", answer, 400, "AuthorizationHeaderMalformed",
                  f"Region {answer.text('Region') or 'none'}")
    answer = store.call("GET", "x/key", headers={"x-amz-security-token": "nonsense"})
    report.expect("a security token that is none", answer, (400, 403), "InvalidToken")
    query = presigned_query(store, "x/key", 60)
    report.row("a presigned URL", presigned(store, "x/key", query).body == BODY)
    report.expect("an expired presigned URL", presigned(
        store, "x/key", presigned_query(store, "x/key", 1, -60)), 403, "AccessDenied")
    answer = store.call("GET", "x/key", query={"unknown": "1", "x-id": "GetObject"})
    report.expect("query names that mean nothing", answer, 200)


def presigned_query(store, key, seconds, skew=0):
    now = datetime.datetime.fromtimestamp(time.time() + skew, datetime.timezone.utc)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    scope = f"{stamp[:8]}/{store.region}/s3/aws4_request"
    path, query = store.target(key, {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"{store.key}/{scope}",
        "X-Amz-Date": stamp, "X-Amz-Expires": seconds, "X-Amz-SignedHeaders": "host"})
    canonical = f"GET\n{path}\n{query}\nhost:{store.host}\n\nhost\n{s3_client.UNSIGNED}"
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{s3_client.sha256(canonical.encode())}"
    secret = ("AWS4" + store.secret).encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    return query + "&X-Amz-Signature=" + hmac.new(secret, text.encode(), "sha256").hexdigest()


def presigned(store, key, query):
    bare = copy.copy(store)
    bare.signed_headers = lambda *_: {"host": store.host}
    return bare.call("GET", key, query=urllib.parse.parse_qsl(query))


def buckets(store, report):
    report.expect("GET of a missing key", store.call("GET", "x/none"), 404, "NoSuchKey")
    report.tell("its answer", store.call("GET", "x/none").body.decode(errors="replace"))
    report.expect("a missing bucket", store.call("GET", "k", bucket="no-such-bucket-here"), 404,
                  "NoSuchBucket")
    report.expect("list of a missing bucket", store.call("GET", bucket="no-such-bucket-here"),
                  404, "NoSuchBucket")
    report.expect("PUT into a missing bucket", store.call(
        "PUT", "k", body=b"x", bucket="no-such-bucket-here"), 404, "NoSuchBucket")
    head = store.call("HEAD")
    report.expect("HEAD of the bucket", head, 200, "",
                  f"x-amz-bucket-region {head.header('x-amz-bucket-region', 'none')}")
    report.expect("HEAD of a missing bucket", store.call("HEAD", bucket="no-such-bucket-here"),
                  404)
    answer = store.call("GET", query={"location": ""})
    report.expect("location", answer, 200, "", answer.body.decode(errors="replace")[-120:])
    answer = store.call("GET", query={"versioning": ""})
    report.expect("versioning", answer, 200, "", answer.body.decode(errors="replace")[-120:])
    report.expect("the bucket created again", store.call("PUT"), (200, 409))
    report.expect("deletion of a bucket that is not empty", store.call("DELETE"), 409,
                  "BucketNotEmpty")
    report.expect("buckets", store.call("GET", bucket=""), 200)
    answer = store.call("GET", "x/key", virtual_host=f"{store.bucket}.{localhost(store)}")
    report.expect("the bucket as a host name", answer, 200)
    report.expect("POST that means nothing", store.call("POST", "x/key", body=b"x"), 405,
                  "MethodNotAllowed")


def localhost(store):
    return "localhost:" + store.host.rpartition(":")[2]


def kept(store, key):
    return f"content {store.call('GET', key).body.decode(errors='replace')!r}"


def digests(store, report):
    wrong = base64.b64encode(b"0" * 16).decode()
    right = base64.b64encode(hashlib.md5(BODY).digest()).decode()
    store.call("PUT", "d/key", body=b"old")
    report.expect("Content-MD5", store.call("PUT", "d/key", body=BODY,
                                            headers={"Content-MD5": right}), 200)
    store.call("PUT", "d/key", body=b"old")
    answer = store.call("PUT", "d/key", body=BODY, headers={"Content-MD5": wrong})
    report.expect("wrong Content-MD5", answer, 400, "BadDigest", kept(store, "d/key"))
    answer = store.call("PUT", "d/key", body=BODY, headers={"Content-MD5": "nonsense"})
    report.expect("malformed Content-MD5", answer, 400, "InvalidDigest", kept(store, "d/key"))
    store.call("PUT", "d/key", body=b"old")
    answer = store.call("PUT", "d/key", body=BODY, payload=s3_client.EMPTY)
    report.expect("wrong x-amz-content-sha256", answer, 400, "XAmzContentSHA256Mismatch",
                  kept(store, "d/key"))
    big = bytes(9 << 20)
    store.call("PUT", "d/key", body=b"old")
    answer = store.call("PUT", "d/key", body=big, payload=s3_client.EMPTY)
    report.expect("the same with 9 MiB", answer, 400, "XAmzContentSHA256Mismatch",
                  f"{len(store.call('GET', 'd/key').body)} bytes")
    store.call("PUT", "d/key", body=b"old")
    answer = store.call("PUT", "d/key", body=big, headers={"Content-MD5": wrong})
    report.expect("wrong Content-MD5 with 9 MiB", answer, 400, "BadDigest",
                  f"{len(store.call('GET', 'd/key').body)} bytes")
    report.expect("UNSIGNED-PAYLOAD over http", store.call(
        "PUT", "d/unsigned", body=BODY, payload=s3_client.UNSIGNED), 200)
    report.expect("UNSIGNED-PAYLOAD of 9 MiB", store.call(
        "PUT", "d/unsigned", body=big, payload=s3_client.UNSIGNED), 200)
    upload = Upload(store, "d/parts")
    answer = store.call("PUT", "d/parts", upload.query(partNumber=1), BODY,
                        payload=s3_client.UNSIGNED)
    report.expect("UNSIGNED-PAYLOAD in a part", answer, 200)
    upload.abort()


def checksums(store, report):
    for name, right, wrong in (("crc32", CRC32, "AAAAAA=="), ("crc32c", CRC32C, "AAAAAA=="),
                               ("crc64nvme", CRC64NVME, "AAAAAAAAAAA="), ("sha1", SHA1, SHA256),
                               ("sha256", SHA256, SHA1)):
        header = f"x-amz-checksum-{name}"
        store.call("PUT", "e/key", body=b"old")
        answer = store.call("PUT", "e/key", body=BODY, headers={header: right})
        head = store.call("HEAD", "e/key", headers={"x-amz-checksum-mode": "ENABLED"})
        report.expect(f"right {header}", answer, 200, "",
                      f"answer says {answer.header(header, 'nothing')}, HEAD "
                      f"{head.header(header, 'nothing')}")
        store.call("PUT", "e/key", body=b"old")
        answer = store.call("PUT", "e/key", body=BODY, headers={header: wrong})
        report.expect(f"wrong {header}", answer, 400, "BadDigest", kept(store, "e/key"))
        upload = Upload(store, "e/parts")
        answer = upload.part(1, BODY, **{header: wrong})
        report.expect(f"wrong {header} of a part", answer, 400, "BadDigest")
        upload.abort()
    answer = store.call("PUT", "e/key", body=BODY, headers={
        "x-amz-sdk-checksum-algorithm": "CRC64NVME", "x-amz-checksum-crc64nvme": CRC64NVME})
    report.expect("x-amz-sdk-checksum-algorithm", answer, 200)
    upload = Upload(store, "e/full", x_amz_checksum_algorithm="CRC64NVME",
                    x_amz_checksum_type="FULL_OBJECT")
    report.expect("start with x-amz-checksum-type: FULL_OBJECT", upload.started, 200, "",
                  f"says {upload.started.header('x-amz-checksum-algorithm', 'nothing')}")
    part = upload.part(1, BODY, x_amz_checksum_crc64nvme=CRC64NVME)
    done = upload.complete([(1, part.etag)], x_amz_checksum_crc64nvme="AAAAAAAAAAA=",
                           x_amz_checksum_type="FULL_OBJECT")
    report.expect("complete with a wrong checksum of the whole", done, 400, "BadDigest")
    for name, more in (("an ETag without quotes", ""),
                       ("<ChecksumCRC32C>", f"<ChecksumCRC32C>{CRC32C}</ChecksumCRC32C>")):
        upload = Upload(store, "e/elements")
        etag = upload.part(1, BODY).etag
        body = (f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag>"
                f"{more}</Part></CompleteMultipartUpload>")
        report.expect(f"{name} in completion", store.call(
            "POST", "e/elements", upload.query(), body.encode()), 200)
        upload.abort()


def chunked(store, report):
    def put(payload, body, **headers):
        return store.call("PUT", "a/key", body=body, payload=payload, headers={
            "Content-Encoding": "aws-chunked",
            "x-amz-decoded-content-length": str(len(BODY))} | {
                name.replace("_", "-"): v for name, v in headers.items()})

    trailer = b"9\r\n" + BODY + b"\r\n0\r\nx-amz-checksum-crc32c:%s\r\n\r\n"
    answer = put("STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer % CRC32C.encode(),
                 x_amz_trailer="x-amz-checksum-crc32c")
    report.expect("STREAMING-UNSIGNED-PAYLOAD-TRAILER", answer, 200, "", kept(store, "a/key"))
    store.call("PUT", "a/key", body=b"old")
    answer = put("STREAMING-UNSIGNED-PAYLOAD-TRAILER", trailer % b"AAAAAA==",
                 x_amz_trailer="x-amz-checksum-crc32c")
    report.expect("the same with a wrong checksum", answer, 400, "BadDigest",
                  kept(store, "a/key"))
    store.call("PUT", "a/key", body=b"old")
    answer = put("STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
                 b"9;chunk-signature=" + b"0" * 64 + b"\r\n" + BODY +
                 b"\r\n0;chunk-signature=" + b"0" * 64 + b"\r\n\r\n")
    report.expect("chunks with wrong signatures", answer, 403, "SignatureDoesNotMatch",
                  kept(store, "a/key"))
