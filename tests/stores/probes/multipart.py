"""Uploads in parts: parts, copies as parts, completion, abortion, and how each goes wrong."""

import base64
import hashlib
import time

MIB = 1 << 20
BIG = bytes(range(256)) * (5 * MIB // 256)  # the smallest part that may be followed by another
TAIL = b"the tail"


def md5(data):
    return hashlib.md5(data)


class Upload:
    def __init__(self, store, key, **headers):
        self.store = store
        self.key = key
        self.started = store.call("POST", key, {"uploads": ""}, headers={
            name.replace("_", "-"): value for name, value in headers.items()})
        self.id = self.started.text("UploadId")

    def query(self, **more):
        return {"uploadId": self.id} | {k.replace("_", "-"): v for k, v in more.items()}

    def part(self, number, body, **headers):
        return self.store.call("PUT", self.key, self.query() | {"partNumber": number}, body,
                               {name.replace("_", "-"): v for name, v in headers.items()})

    def copy_part(self, number, source, part=None, **headers):
        more = {"x-amz-copy-source": source} | {
            name.replace("_", "-"): v for name, v in headers.items()}
        if part:
            more["x-amz-copy-source-range"] = part
        return self.store.call("PUT", self.key, self.query() | {"partNumber": number}, b"", more)

    def complete(self, parts, **headers):
        """`parts` are pairs of number and ETag."""
        body = "".join(f'<Part><PartNumber>{n}</PartNumber><ETag>"{e}"</ETag></Part>'
                       for n, e in parts)
        return self.store.call(
            "POST", self.key, self.query(),
            f"<CompleteMultipartUpload>{body}</CompleteMultipartUpload>".encode(),
            {name.replace("_", "-"): v for name, v in headers.items()})

    def abort(self):
        return self.store.call("DELETE", self.key, self.query())


def probe(store, report):
    report.area = "Multipart"
    whole_course(store, report)
    small_ones(store, report)
    report.area = "Multipart lists"
    lists(store, report)
    report.area = "Multipart refusals"
    refusals(store, report)
    report.area = "Multipart conditions and sizes"
    conditions(store, report)
    report.area = "Copies as parts"
    copies(store, report)


def whole_course(store, report):
    upload = Upload(store, "p/whole", content_type="text/x-probe", x_amz_meta_a="1")
    report.expect("start", upload.started, 200)
    report.tell("its answer", upload.started.body.decode(errors="replace"))
    report.row("nothing is seen of it in a list", store.call(
        "GET", query={"prefix": "p/whole"}).texts("Contents/Key") == [])
    report.expect("HEAD before completion", store.call("HEAD", "p/whole"), 404)
    first = upload.part(1, BIG)
    report.row("a part's ETag is its MD5", first.etag == md5(BIG).hexdigest(),
               f"{first} {first.header('ETag')}")
    upload.part(2, b"first try")
    second = upload.part(2, TAIL)
    report.expect("the same part again", second, 200)
    began = time.monotonic()
    done = upload.complete([(1, first.etag), (2, second.etag)])
    seconds = time.monotonic() - began
    report.expect("complete", done, 200, "", f"{seconds * 1000:.0f} ms")
    report.tell("its answer", done.body.decode(errors="replace"))
    report.tell("its headers", ", ".join(done.headers.keys()))
    expected = md5(md5(BIG).digest() + md5(TAIL).digest()).hexdigest() + "-2"
    report.row("ETag is MD5 of MD5s and the count", done.text("ETag").strip('"') == expected,
               done.text("ETag"))
    got = store.call("GET", "p/whole")
    report.row("content", got.body == BIG + TAIL, f"{got}, {len(got.body)} bytes")
    report.row("its ETag when read", got.etag == expected, got.header("ETag"))
    report.row("type and metadata of the start", got.header("Content-Type") == "text/x-probe" and
               got.header("x-amz-meta-a") == "1", got.header("Content-Type"))
    report.row("size and ETag in a list", store.call("GET", query={"prefix": "p/whole"}).text(
        "ETag").strip('"') == expected)
    again = upload.complete([(1, first.etag), (2, second.etag)])
    report.expect("complete once more", again, (200, 404),
                  "NoSuchUpload" if again.status == 404 else "")
    report.expect("abort after completion", upload.abort(), 404, "NoSuchUpload")
    part = store.call("GET", "p/whole", {"partNumber": 2})
    report.row("GET partNumber=2", part.status == 206 and part.body == TAIL,
               f"{part}, {len(part.body)} bytes, x-amz-mp-parts-count "
               f"{part.header('x-amz-mp-parts-count', 'none')}")
    across = store.call("GET", "p/whole", headers={
        "Range": f"bytes={5 * MIB - 2}-{5 * MIB + 1}"})
    report.row("a range across parts", across.body == BIG[-2:] + TAIL[:2], across)


def small_ones(store, report):
    upload = Upload(store, "p/one")
    done = upload.complete([(1, upload.part(1, TAIL).etag)])
    report.expect("one small part", done, 200, "", done.text("ETag"))
    upload = Upload(store, "p/zero")
    part = upload.part(1, b"")
    done = upload.complete([(1, part.etag)])
    got = store.call("GET", "p/zero")
    report.row("one empty part", done.status == 200 and got.status == 200 and got.body == b"",
               f"part {part}, complete {done}, GET {got}")
    upload = Upload(store, "p/gaps")
    parts = [(n, upload.part(n, body).etag) for n, body in ((3, BIG), (700, TAIL))]
    report.expect("numbers with gaps", upload.complete(parts), 200)
    upload = Upload(store, "p/subset")
    parts = [(n, upload.part(n, body).etag) for n, body in ((1, BIG), (2, BIG), (3, TAIL))]
    done = upload.complete([parts[0], parts[2]])
    size = store.call("HEAD", "p/subset").header("Content-Length")
    report.row("a part that completion leaves out", done.status == 200 and
               int(size or 0) == len(BIG) + len(TAIL), f"{done}, {size} bytes")
    upload = Upload(store, "p/last")
    report.expect("part 10000", upload.part(10000, TAIL), 200)
    upload.abort()
    upload = Upload(store, "p/quotes+ü &<x>")
    done = upload.complete([(1, upload.part(1, TAIL).etag)])
    report.expect("an odd key", done, 200, "", f"Key {done.text('Key')!r}, "
                                               f"Location {done.text('Location')!r}")


def lists(store, report):
    upload = Upload(store, "pl/parts")
    etags = [upload.part(n, TAIL + b"%d" % n).etag for n in (1, 2, 3, 5)]
    answer = store.call("GET", "pl/parts", upload.query())
    report.row("list of parts", answer.texts("Part/PartNumber") == ["1", "2", "3", "5"] and
               [e.strip('"') for e in answer.texts("Part/ETag")] == etags, answer)
    report.tell("its answer", answer.body.decode(errors="replace")[:700])
    seen, marker = [], 0
    for _ in range(5):
        answer = store.call("GET", "pl/parts",
                            upload.query(max_parts=2, part_number_marker=marker))
        seen += answer.texts("Part/PartNumber")
        marker = answer.text("NextPartNumberMarker")
        if answer.text("IsTruncated") != "true":
            break
    report.row("parts page by page", seen == ["1", "2", "3", "5"],
               f"{seen}, last NextPartNumberMarker {marker or 'none'}")
    others = [Upload(store, key) for key in ("pl/parts", "pl/sub/x", "pl/o+d d")]
    answer = store.call("GET", query={"uploads": "", "prefix": "pl/"})
    report.row("list of uploads", sorted(answer.texts("Upload/Key")) ==
               ["pl/o+d d", "pl/parts", "pl/parts", "pl/sub/x"], answer.texts("Upload/Key"))
    report.tell("its answer", answer.body.decode(errors="replace")[:700])
    answer = store.call("GET", query={"uploads": "", "prefix": "pl/", "delimiter": "/"})
    report.row("uploads with delimiter", answer.texts("CommonPrefixes/Prefix") == ["pl/sub/"],
               f"{answer.texts('Upload/Key')} {answer.texts('CommonPrefixes/Prefix')}")
    answer = store.call("GET", query={"uploads": "", "prefix": "pl/", "encoding-type": "url"})
    report.row("uploads encoding-type=url", answer.text("EncodingType") == "url",
               answer.texts("Upload/Key"))
    seen, follow = [], {}
    for _ in range(8):
        answer = store.call("GET", query={"uploads": "", "prefix": "pl/", "max-uploads": 1} |
                            follow)
        seen += answer.texts("Upload/Key")
        if answer.text("IsTruncated") != "true":
            break
        follow = {"key-marker": answer.text("NextKeyMarker"),
                  "upload-id-marker": answer.text("NextUploadIdMarker")}
    report.row("uploads page by page", sorted(seen) ==
               ["pl/o+d d", "pl/parts", "pl/parts", "pl/sub/x"], seen)
    report.expect("abort", upload.abort(), 204)
    report.expect("abort again", upload.abort(), 404, "NoSuchUpload")
    report.expect("parts of an aborted upload", store.call("GET", "pl/parts", upload.query()),
                  404, "NoSuchUpload")
    for other in others:
        other.abort()


def refusals(store, report):
    upload = Upload(store, "r/key")
    for number in (0, 10001):
        report.expect(f"part {number}", upload.part(number, TAIL), 400, "InvalidArgument")
    upload.abort()
    # From here on an upload holds just the parts that it should: some engines count them.
    upload = Upload(store, "r/key")
    etag = upload.part(1, TAIL).etag
    last = upload.part(2, TAIL).etag
    report.expect("complete without parts", upload.complete([]), 400, "MalformedXML")
    report.expect("complete with a wrong ETag", upload.complete([(1, "0" * 32)]), 400,
                  "InvalidPart")
    report.expect("complete with a missing part", upload.complete([(1, etag), (7, last)]), 400,
                  "InvalidPart")
    report.expect("complete in wrong order", upload.complete([(2, last), (1, etag)]), 400,
                  "InvalidPartOrder")
    report.expect("complete with the same part twice", upload.complete([(1, etag), (1, etag)]),
                  400, "InvalidPartOrder")
    broken = store.call("POST", "r/key", upload.query(), b"<Complete")
    report.expect("complete with broken XML", broken, 400, "MalformedXML")
    report.expect("a small part before another", upload.complete([(1, etag), (2, last)]), 400,
                  "EntityTooSmall")
    report.row("the upload is still there after that", store.call(
        "GET", "r/key", upload.query()).texts("PartNumber") == ["1", "2"])
    wrong = upload.part(1, b"other", Content_MD5=base64.b64encode(b"0" * 16).decode())
    report.expect("part with wrong Content-MD5", wrong, 400, "BadDigest")
    report.row("the part from before is kept", store.call(
        "GET", "r/key", upload.query()).text("Part/ETag").strip('"') == etag)
    upload.abort()
    report.expect("complete after abort", upload.complete([(1, etag)]), 404, "NoSuchUpload")
    report.expect("part after abort", upload.part(1, TAIL), 404, "NoSuchUpload")
    upload.id = "no-such-id"
    report.expect("part of an unknown upload", upload.part(1, TAIL), 404, "NoSuchUpload")
    report.expect("complete of an unknown upload", upload.complete([(1, etag)]), 404,
                  "NoSuchUpload")
    report.expect("parts of an unknown upload", store.call("GET", "r/key", upload.query()), 404,
                  "NoSuchUpload")
    report.expect("abort of an unknown upload", upload.abort(), 404, "NoSuchUpload")


def conditions(store, report):
    old = store.call("PUT", "c/exists", body=b"old").etag

    def finish(key, **headers):
        upload = Upload(store, key)
        done = upload.complete([(1, upload.part(1, TAIL).etag)], **headers)
        content = store.call("GET", key).body
        upload.abort()
        return done, f"content {content.decode(errors='replace')!r}"

    done, content = finish("c/exists", If_None_Match="*")
    report.expect("complete If-None-Match: * on what exists", done, 412, "PreconditionFailed",
                  content)
    done, content = finish("c/missing", If_None_Match="*")
    report.expect("complete If-None-Match: * on what is missing", done, 200, "", content)
    store.call("PUT", "c/exists", body=b"old")
    done, content = finish("c/exists", If_Match='"0"')
    report.expect("complete with the wrong If-Match", done, 412, "PreconditionFailed", content)
    store.call("PUT", "c/exists", body=b"old")
    done, content = finish("c/exists", If_Match=f'"{old}"')
    report.expect("complete with the right If-Match", done, 200, "", content)
    done, content = finish("c/new", x_amz_mp_object_size=str(len(TAIL)))
    report.expect("right x-amz-mp-object-size", done, 200, "", content)
    done, content = finish("c/size", x_amz_mp_object_size="1")
    report.expect("wrong x-amz-mp-object-size", done, 400, "InvalidRequest", content)


def copies(store, report):
    store.call("PUT", "s/source ü", body=BIG + TAIL)
    source = store.target("s/source ü")[0]
    upload = Upload(store, "u/copy")
    first = upload.copy_part(1, source, f"bytes=0-{5 * MIB - 1}")
    report.expect("a range of 5 MiB", first, 200, "", first.text("ETag"))
    report.tell("its answer", first.body.decode(errors="replace"))
    second = upload.copy_part(2, source, f"bytes={5 * MIB}-{5 * MIB + 7}")
    report.expect("a range of 8 bytes at the end", second, 200, "", second.text("ETag"))
    done = upload.complete([(1, first.text("ETag").strip('"')),
                            (2, second.text("ETag").strip('"'))])
    got = store.call("GET", "u/copy")
    report.row("both make the same object", done.status == 200 and got.body == BIG + TAIL, done)

    store.call("PUT", "s/small", body=b"0123456789")
    small = f"/{store.bucket}/s/small"
    upload = Upload(store, "u/small")
    for name, part, content in (("all", None, b"0123456789"), ("a range", "bytes=2-5", b"2345")):
        upload = Upload(store, "u/small")
        copied = upload.copy_part(1, small, part)
        report.expect(f"{name} of a source below 5 MiB", copied, 200)
        done = upload.complete([(1, copied.text("ETag").strip('"'))])
        report.row("that part alone makes the object",
                   store.call("GET", "u/small").body == content, done)

    upload = Upload(store, "u/refused")
    report.expect("a range beyond the end", upload.copy_part(1, small, "bytes=5-20"), (400, 416),
                  "InvalidRange")
    report.expect("a range outside", upload.copy_part(1, small, "bytes=20-30"), (400, 416),
                  "InvalidRange")
    report.expect("an open range", upload.copy_part(1, small, "bytes=2-"), 400,
                  "InvalidArgument")
    report.expect("a missing source", upload.copy_part(1, f"/{store.bucket}/s/none"), 404,
                  "NoSuchKey")
    etag = store.call("HEAD", "s/small").etag
    report.expect("right x-amz-copy-source-if-match", upload.copy_part(
        1, small, "bytes=0-3", x_amz_copy_source_if_match=f'"{etag}"'), 200)
    report.expect("wrong x-amz-copy-source-if-match", upload.copy_part(
        1, small, "bytes=0-3", x_amz_copy_source_if_match='"0"'), 412, "PreconditionFailed")
    # An append: the object's own content, copied as the first part of what replaces it.
    store.call("PUT", "s/grow", body=BIG)
    upload = Upload(store, "s/grow")
    first = upload.copy_part(1, f"/{store.bucket}/s/grow").text("ETag").strip('"')
    done = upload.complete([(1, first), (2, upload.part(2, TAIL).etag)])
    report.row("an object as the first part of itself",
               store.call("GET", "s/grow").body == BIG + TAIL, done)
    multi = store.call("PUT", "s/copied", headers={
        "x-amz-copy-source": f"/{store.bucket}/s/grow"})
    report.tell("a whole copy of what came in parts has the ETag",
                f"{multi} {multi.text('ETag')}, the source {done.text('ETag')}")
