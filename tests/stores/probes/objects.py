"""Whole objects: PUT, GET, HEAD, DELETE, ranges, conditions, copies, times."""

import email.utils
import hashlib
import threading
import time


def md5(data):
    return hashlib.md5(data).hexdigest()


def probe(store, report):
    report.area = "Objects"
    basics(store, report)
    metadata(store, report)
    ranges(store, report)
    report.area = "Conditions"
    conditional_reads(store, report)
    conditional_writes(store, report)
    report.area = "Delete"
    deletes(store, report)
    report.area = "Copy"
    copies(store, report)
    report.area = "Times"
    times(store, report)


def basics(store, report):
    body = b"hello world"
    put = store.call("PUT", "o/basic", body=body)
    report.expect("PUT", put, 200)
    report.row("its ETag is the MD5", put.etag == md5(body), put.header("ETag"))
    report.tell("headers of PUT", ", ".join(put.headers.keys()))
    got = store.call("GET", "o/basic")
    report.row("GET", got.status == 200 and got.body == body, got)
    report.tell("headers of GET", ", ".join(got.headers.keys()))
    report.tell("type when none was given", got.header("Content-Type", "none"))
    head = store.call("HEAD", "o/basic")
    report.row("HEAD", head.status == 200 and head.header("Content-Length") == "11", head)
    empty = store.call("PUT", "o/empty", body=b"")
    report.row("empty object", empty.status == 200 and empty.etag == md5(b""), empty)
    slash = store.call("PUT", "o/folder/", body=b"",
                       headers={"Content-Type": "application/x-directory"})
    head = store.call("HEAD", "o/folder/")
    report.row("empty key with a slash at its end",
               slash.status == 200 and head.header("Content-Type") == "application/x-directory",
               f"{slash}, HEAD {head} {head.header('Content-Type')}")
    full = store.call("PUT", "o/full/", body=b"x")
    report.expect("such a key with content", full, 200)
    report.expect("HEAD of the key without the slash", store.call("HEAD", "o/folder"), 404)
    store.call("PUT", "o/both", body=b"x")
    report.expect("a key below a key", store.call("PUT", "o/both/below", body=b"x"), 200)


def metadata(store, report):
    given = {"Content-Type": "text/x-probe", "Cache-Control": "max-age=5",
             "Content-Disposition": "attachment", "Content-Encoding": "identity",
             "Content-Language": "de", "Expires": "Thu, 01 Dec 2033 16:00:00 GMT",
             "x-amz-meta-mtime": "1700000000.123456789", "x-amz-meta-Mixed-Case": "%C3%BC",
             "x-amz-meta-under_score": "1"}
    store.call("PUT", "o/meta", body=b"x", headers=given)
    head = store.call("HEAD", "o/meta")
    wrong = [f"{n}: {head.header(n, 'none')}" for n, v in given.items() if head.header(n) != v]
    report.row("headers and metadata come back", not wrong, "; ".join(wrong))
    names = [n for n in head.headers.keys() if n.lower().startswith("x-amz-meta")]
    report.tell("spelling of metadata names", ", ".join(names))
    raw = store.call("PUT", "o/meta-raw", body=b"x",
                     unsigned_headers={"x-amz-meta-unsigned": "1"})
    report.tell("x-amz-meta header that is not signed", raw)
    for size in (2000, 7000):
        big = store.call("PUT", "o/meta-big", body=b"x", headers={"x-amz-meta-a": "y" * size})
        report.tell(f"metadata of {size} bytes", big)
    for name, value in (("x-amz-acl", "private"), ("x-amz-storage-class", "STANDARD"),
                        ("x-amz-storage-class", "STANDARD_IA"),
                        ("x-amz-storage-class", "NONSENSE"), ("x-amz-tagging", "a=1&b=2"),
                        ("x-amz-server-side-encryption", "AES256")):
        answer = store.call("PUT", "o/header", body=b"x", headers={name: value})
        back = store.call("HEAD", "o/header").header(name, "none")
        report.tell(f"PUT with {name}: {value}", f"{answer}; HEAD says {back}")


def ranges(store, report):
    body = bytes(range(100))
    etag = store.call("PUT", "o/range", body=body).etag

    def ask(text, key="o/range", **headers):
        return store.call("GET", key, headers={"Range": text} | headers)

    for text, part in (("bytes=10-19", body[10:20]), ("bytes=90-", body[90:]),
                       ("bytes=-10", body[90:]), ("bytes=90-200", body[90:]),
                       ("bytes=-200", body)):
        answer = ask(text)
        report.row(f"Range {text} of 100", answer.status == 206 and answer.body == part,
                   f"{answer}, {answer.header('Content-Range', 'no Content-Range')}, "
                   f"{len(answer.body)} bytes")
    for text in ("bytes=100-", "bytes=200-300", "bytes=-0"):
        answer = ask(text)
        report.expect(f"Range {text} of 100", answer, 416, "InvalidRange",
                      answer.header("Content-Range", "no Content-Range"))
    report.expect("Range bytes=0- of an empty object", ask("bytes=0-", "o/empty"), 416,
                  "InvalidRange")
    report.tell("Range bytes=5-2", str(ask("bytes=5-2")))
    several = ask("bytes=0-1,5-6")
    report.tell("Range bytes=0-1,5-6", f"{several}, {several.header('Content-Type')}, "
                                       f"{len(several.body)} bytes")
    good = ask("bytes=0-9", **{"If-Match": f'"{etag}"'})
    report.row("Range with If-Match", good.status == 206, good)
    report.expect("Range with the wrong If-Match",
                  ask("bytes=0-9", **{"If-Match": '"0"'}), 412, "PreconditionFailed")
    head = store.call("HEAD", "o/range", headers={"Range": "bytes=0-9"})
    report.tell("HEAD with a range", f"{head}, Content-Length {head.header('Content-Length')}")


def conditional_reads(store, report):
    etag = store.call("PUT", "o/condition", body=b"one").etag
    past, future = "Thu, 01 Jan 2015 00:00:00 GMT", "Thu, 01 Jan 2037 00:00:00 GMT"
    for method in ("GET", "HEAD"):
        code = "PreconditionFailed" if method == "GET" else ""
        for name, value, status in (
                ("If-Match", f'"{etag}"', 200), ("If-Match", etag, 200),
                ("If-Match", '"0"', 412), ("If-Match", "*", 200),
                ("If-None-Match", f'"{etag}"', 304), ("If-None-Match", '"0"', 200),
                ("If-Modified-Since", past, 200), ("If-Unmodified-Since", future, 200),
                ("If-Unmodified-Since", past, 412)):
            answer = store.call(method, "o/condition", headers={name: value})
            shown = value.replace(etag, "ETag")
            report.expect(f"{method} {name}: {shown}", answer, status,
                          code if status == 412 else "")


def conditional_writes(store, report):
    def content(key):
        return store.call("GET", key).body.decode()

    store.call("PUT", "o/exists", body=b"old")
    answer = store.call("PUT", "o/exists", body=b"new", headers={"If-None-Match": "*"})
    report.expect("PUT If-None-Match: * on what exists", answer, 412, "PreconditionFailed",
                  f"content {content('o/exists')}")
    store.call("DELETE", "o/missing")
    report.expect("PUT If-None-Match: * on what is missing", store.call(
        "PUT", "o/missing", body=b"new", headers={"If-None-Match": "*"}), 200)
    etag = store.call("PUT", "o/exists", body=b"old").etag
    answer = store.call("PUT", "o/exists", body=b"new", headers={"If-Match": '"0"'})
    report.expect("PUT with the wrong If-Match", answer, 412, "PreconditionFailed",
                  f"content {content('o/exists')}")
    etag = store.call("PUT", "o/exists", body=b"old").etag
    answer = store.call("PUT", "o/exists", body=b"new", headers={"If-Match": f'"{etag}"'})
    report.expect("PUT with the right If-Match", answer, 200, "",
                  f"content {content('o/exists')}")
    etag = store.call("PUT", "o/exists", body=b"old").etag
    answer = store.call("PUT", "o/exists", body=b"new", headers={"If-Match": etag})
    report.expect("the same without quotes", answer, 200, "", f"content {content('o/exists')}")
    store.call("DELETE", "o/missing")
    report.expect("PUT If-Match on what is missing", store.call(
        "PUT", "o/missing", body=b"new", headers={"If-Match": '"0"'}), 404, "NoSuchKey")

    answers = []
    store.call("DELETE", "o/race")

    def race(number):
        answers.append(str(store.call("PUT", "o/race", body=b"%d" % number,
                                      headers={"If-None-Match": "*"})))

    threads = [threading.Thread(target=race, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report.row("of 8 PUTs at once with If-None-Match: * one wins", answers.count("200") == 1,
               ", ".join(sorted(answers)))


def deletes(store, report):
    store.call("PUT", "o/gone", body=b"x")
    report.expect("DELETE", store.call("DELETE", "o/gone"), 204)
    report.expect("DELETE of what is missing", store.call("DELETE", "o/gone"), 204)
    report.expect("HEAD afterwards", store.call("HEAD", "o/gone"), 404)
    store.call("PUT", "o/kept", body=b"x")
    answer = store.call("DELETE", "o/kept", headers={"If-Match": '"0"'})
    report.expect("DELETE with the wrong If-Match", answer, 412, "PreconditionFailed",
                  f"HEAD afterwards {store.call('HEAD', 'o/kept')}")


def copies(store, report):
    body = b"to be copied"
    source = "o/copy source+ü.txt"
    etag = store.call("PUT", source, body=body, headers={
        "Content-Type": "text/x-probe", "x-amz-meta-a": "1"}).etag
    quoted = store.target(source)[0]

    def copy(key, origin=quoted, **headers):
        return store.call("PUT", key, headers={"x-amz-copy-source": origin} | {
            name.replace("_", "-"): value for name, value in headers.items()})

    answer = copy("o/copied")
    got = store.call("GET", "o/copied")
    report.row("copy", answer.status == 200 and got.body == body,
               f"{answer} {'' if answer.xml is None else answer.xml.tag}")
    report.tell("its answer", answer.body.decode(errors="replace"))
    report.row("it keeps type and metadata", got.header("Content-Type") == "text/x-probe" and
               got.header("x-amz-meta-a") == "1", f"{got.header('Content-Type')}, "
               f"x-amz-meta-a {got.header('x-amz-meta-a', 'none')}")
    report.row("its ETag is the source's", answer.text("ETag").strip('"') == etag,
               answer.text("ETag"))
    report.expect("source without the slash in front", copy("o/copied", quoted[1:]), 200)
    report.expect("onto itself, nothing changed", copy(source), 400, "InvalidRequest")
    answer = copy(source, x_amz_metadata_directive="REPLACE", x_amz_meta_b="2",
                  content_type="text/x-new")
    head = store.call("HEAD", source)
    report.row("onto itself with REPLACE", answer.status == 200 and not
               head.header("x-amz-meta-a") and head.header("x-amz-meta-b") == "2" and
               head.header("Content-Type") == "text/x-new",
               f"{answer}; {head.header('Content-Type')}, a {head.header('x-amz-meta-a', 'none')},"
               f" b {head.header('x-amz-meta-b', 'none')}")
    report.expect("of a missing key", copy("o/copied", f"/{store.bucket}/o/nothing"), 404,
                  "NoSuchKey")
    report.expect("of a missing bucket", copy("o/copied", "/no-such-bucket-here/x"), 404,
                  "NoSuchBucket")
    report.expect("right x-amz-copy-source-if-match",
                  copy("o/copied", x_amz_copy_source_if_match=f'"{etag}"'), 200)
    report.expect("wrong x-amz-copy-source-if-match",
                  copy("o/copied", x_amz_copy_source_if_match='"0"'), 412, "PreconditionFailed")
    answer = copy("o/copied", if_none_match="*")
    report.expect("If-None-Match: * on a target that exists", answer, 412, "PreconditionFailed")


def times(store, report):
    pairs = []
    put_date = ""
    for n in range(4):
        put_date = store.call("PUT", f"t/{n}", body=b"x").header("Last-Modified", "none")
        head = store.call("HEAD", f"t/{n}").header("Last-Modified")
        listed = store.call("GET", query={"prefix": f"t/{n}"}).text("LastModified")
        pairs.append((head, listed))
        time.sleep(0.33)
    report.tell("Last-Modified in the answer to PUT", put_date)
    report.tell("HEAD against LIST", "; ".join(f"{h} = {l}" for h, l in pairs))
    same = all(email.utils.parsedate_to_datetime(h).strftime("%Y-%m-%dT%H:%M:%S") == l[:19]
               for h, l in pairs)
    report.row("HEAD is LIST cut to seconds", same)
    report.row("LIST has fractions of seconds", any(
        l.rstrip("Z")[19:].strip(".0") for _, l in pairs))
    first = store.call("HEAD", "t/0").header("Last-Modified")
    time.sleep(1.1)
    copied = store.call("PUT", "t/0", headers={
        "x-amz-copy-source": f"/{store.bucket}/t/0", "x-amz-metadata-directive": "REPLACE"})
    now = store.call("HEAD", "t/0").header("Last-Modified")
    report.row("a copy onto itself renews it", now != first,
               f"{now}; the copy said {copied.text('LastModified')}")
