"""Listings of both versions, with keys that are easy to damage, and deletion of many keys."""

import base64
import hashlib
import urllib.parse
from xml.sax.saxutils import escape

ODD_KEYS = (
    "space key", " leading", "trailing ", "plus+plus", "percent%41", "percent%", "ü umlaut",
    "日本", "emoji😀", "amp&amp;", "<tag>", "quote\"'", "tilde~", "star*", "colon:", "semi;",
    "question?", "hash#", "equals=", "comma,", "back\\slash", "double//slash", "/leading-slash",
    "./dot", "../dots", "a/./b", "a/../b", "tab\there", "line\nfeed", "return\rhere",
    "control\x01here", "delete\x7fhere", "nbsp\u00a0", "bidi\u202e", "nfd-u\u0308",
    "trailing/", "\ufffe-noncharacter",
)


def probe(store, report):
    report.area = "Lists"
    pages(store, report)
    limits(store, report)
    report.area = "Odd keys"
    odd_keys(store, report)
    report.area = "Delete many"
    delete_many(store, report)


def fill(store, names):
    for name in names:
        store.call("PUT", name, body=b"x")


def pages(store, report):
    fill(store, [f"l/{name}" for name in ("a", "b/1", "b/2", "c", "d/1", "e", "f+g h")])

    def ask(**query):
        return store.call("GET", query={k.replace("_", "-"): v for k, v in query.items()})

    def keys(answer):
        return answer.texts("Contents/Key") + answer.texts("CommonPrefixes/Prefix")

    everything = ["l/a", "l/b/1", "l/b/2", "l/c", "l/d/1", "l/e", "l/f+g h"]
    level = ["l/a", "l/c", "l/e", "l/f+g h", "l/b/", "l/d/"]
    for version in (1, 2):
        kind = {"list-type": 2} if version == 2 else {}
        name = f"V{version}"
        answer = ask(prefix="l/", **kind)
        report.row(f"{name} prefix", keys(answer) == everything, answer)
        answer = ask(prefix="l/", delimiter="/", **kind)
        report.row(f"{name} prefix and delimiter", sorted(keys(answer)) == sorted(level),
                   f"{answer} {keys(answer)}")
        # Page by page, two at a time: names and prefixes count together.
        seen, sizes, follow = [], [], {}
        for _ in range(10):
            answer = ask(prefix="l/", delimiter="/", max_keys=2, **kind, **follow)
            seen += keys(answer)
            sizes.append(len(keys(answer)))
            if answer.text("IsTruncated") != "true":
                break
            follow = ({"continuation-token": answer.text("NextContinuationToken")}
                      if version == 2 else {"marker": answer.text("NextMarker")})
            if version == 2 and len(sizes) == 1:
                report.tell("a continuation token", follow["continuation-token"])
        report.row(f"{name} pages of two with delimiter", sorted(seen) == sorted(level),
                   f"pages of {sizes}")
        answer = ask(prefix="l/", max_keys=2, **kind)
        if version == 1:
            report.row("V1 gives no NextMarker without a delimiter",
                       not answer.text("NextMarker"), answer.text("NextMarker") or "none")
            after = ask(prefix="l/", marker="l/b/2")
        else:
            report.row("V2 KeyCount", answer.text("KeyCount") == "2",
                       answer.text("KeyCount") or "none")
            after = ask(prefix="l/", start_after="l/b/2", **kind)
        report.row(f"{name} {'marker' if version == 1 else 'start-after'}",
                   keys(after) == everything[3:], keys(after))
        inside = ({"marker": "l/b/1"} if version == 1 else {"start-after": "l/b/1"})
        after = ask(prefix="l/", delimiter="/", **kind, **inside)
        report.tell(f"{name} after a key inside a common prefix", sorted(keys(after)))
        at = {"marker": "l/b/"} if version == 1 else {"start-after": "l/b/"}
        after = ask(prefix="l/", delimiter="/", **kind, **at)
        report.tell(f"{name} after a common prefix", sorted(keys(after)))
        answer = ask(prefix="nothing-here/", **kind)
        report.row(f"{name} of nothing", answer.status == 200 and keys(answer) == [] and
                   answer.text("IsTruncated") == "false", answer)
        answer = ask(prefix="l/f+g h", delimiter="/", encoding_type="url", **kind)
        report.row(f"{name} encoding-type=url is done", answer.text("EncodingType") == "url",
                   f"EncodingType {answer.text('EncodingType') or 'none'}, Key {keys(answer)}, "
                   f"Prefix {answer.text('Prefix')}, Delimiter {answer.text('Delimiter')}")
        answer = ask(prefix="l/f", delimiter="g", encoding_type="url", **kind)
        report.row(f"{name} encoding-type=url of common prefixes",
                   answer.texts("CommonPrefixes/Prefix") in (["l/f%2Bg"], ["l%2Ff%2Bg"]),
                   answer.texts("CommonPrefixes/Prefix"))
        report.tell(f"{name} elements", " ".join(
            child.tag for child in (answer.xml if answer.xml is not None else [])))
    owner = ask(list_type=2, prefix="l/a", fetch_owner="true")
    report.row("V2 fetch-owner", bool(owner.text("Owner/ID")), owner.text("Owner/ID"))
    report.row("V2 has no owner by default", not ask(list_type=2, prefix="l/a").text("Owner/ID"))
    answer = ask(list_type=2, prefix="l/", delimiter="b")
    report.row("a delimiter other than /", "l/b" in keys(answer), keys(answer))
    answer = ask(list_type=2, prefix="l/", delimiter="b/1")
    report.tell("a delimiter of several characters", keys(answer))
    report.tell("Contents", " ".join(
        f"{e.tag}={e.text}" for e in ask(prefix="l/a").xml.find("Contents")))


def limits(store, report):
    for value, status in (("0", 200), ("1", 200), ("1000", 200), ("2000", 200), ("-1", 400),
                          ("x", 400)):
        answer = store.call("GET", query={"prefix": "l/", "max-keys": value})
        report.expect(f"max-keys={value}", answer, status,
                      "InvalidArgument" if status == 400 else "",
                      f"MaxKeys {answer.text('MaxKeys')}, {len(answer.texts('Contents'))} keys, "
                      f"IsTruncated {answer.text('IsTruncated')}")
    report.expect("a wrong continuation token", store.call(
        "GET", query={"list-type": 2, "continuation-token": "nonsense"}), 400, "InvalidArgument")
    report.expect("a wrong encoding-type", store.call(
        "GET", query={"encoding-type": "rot13"}), 400, "InvalidArgument")
    for size, status in ((1024, 200), (1025, 400)):
        report.expect(f"a key of {size} bytes", store.call(
            "PUT", "k" * size, body=b"x"), status, "KeyTooLongError" if status == 400 else "")
    segment = store.call("PUT", "n/" + "s" * 300, body=b"x")
    report.expect("a segment of 300 bytes", segment, 200)
    raw = store.call("GET", query={"prefix": "l/"})
    report.tell("type of a list", raw.header("Content-Type"))
    report.tell("head of a list", raw.body[:120].decode(errors="replace"))


def listed(store, prefix, query):
    """The keys below `prefix`, decoded as the answer says, or the reason why there are none."""
    answer = store.call("GET", query={"prefix": prefix} | query)
    if answer.status != 200 or answer.xml is None:
        return None, answer, str(answer) if answer.status != 200 else "XML that does not parse"
    keys = answer.texts("Contents/Key")
    raw = list(keys)
    if answer.text("EncodingType") == "url":
        keys = [urllib.parse.unquote_plus(key) for key in keys]
    return keys, answer, raw


def one_by_one(store, version, decode):
    """All odd keys with a page for each, and why it ended early."""
    seen, follow = [], {}
    for _ in range(2 * len(ODD_KEYS)):
        answer = store.call("GET", query={"prefix": "q/", "max-keys": 1, "encoding-type": "url"} |
                            ({"list-type": 2} if version == 2 else {}) | follow)
        if answer.status != 200 or answer.xml is None:
            return seen, f", then {answer} and XML {'bad' if answer.xml is None else 'good'}"
        keys = [urllib.parse.unquote_plus(key) for key in answer.texts("Contents/Key")]
        if any(key in seen for key in keys):
            return seen, f", then {keys} again"
        seen += keys
        if answer.text("IsTruncated") != "true":
            return seen, ""
        marker = (answer.text("NextContinuationToken") if version == 2 else
                  answer.text("NextMarker") or answer.texts("Contents/Key")[-1])
        if decode:
            marker = urllib.parse.unquote_plus(marker)
        follow = {"continuation-token" if version == 2 else "marker": marker}
    return seen, ", without an end"


def odd_keys(store, report):
    stored = []
    for number, odd in enumerate(ODD_KEYS):
        # One below, in a folder of its own, so that no key stops the others from being listed.
        key = f"q/{number:02}/{odd}"
        put = store.call("PUT", key, body=odd.encode())
        got = store.call("GET", key)
        alone = store.call("PUT", odd, body=b"top") if odd[0] in "/." else None
        plain, _, why = listed(store, f"q/{number:02}/", {})
        encoded, _, raw = listed(store, f"q/{number:02}/", {"list-type": 2,
                                                           "encoding-type": "url"})
        good = put.status == 200 and got.body == odd.encode()
        problems = [] if good else [f"PUT {put}, GET {got}"]
        if encoded != [key]:
            problems.append(f"encoded list has {raw!r}")
        plainly = "plain list agrees" if plain == [key] else f"plain list: {why!r}"
        if alone is not None:
            plainly += f"; as the whole key {alone}"
            store.call("DELETE", odd)
        report.row(repr(odd), not problems,
                   "; ".join(problems + [f"encoded {raw!r}", plainly]))
        if put.status == 200:
            stored.append(key)
    for version in (1, 2):
        for decode in (False, True):
            seen, why = one_by_one(store, version, decode)
            way = "decoded" if decode else "as it came"
            report.row(f"V{version} page by page, the next {'marker' if version == 1 else 'token'}"
                       f" sent {way}", seen == sorted(stored, key=lambda k: k.encode()),
                       f"{len(seen)} of {len(stored)} keys{why}")
    order, _, _ = listed(store, "q/", {"encoding-type": "url", "list-type": 2})
    report.row("sorted by bytes", order == sorted(order or [], key=lambda k: k.encode()))
    fill(store, ["s/" + name for name in ("a", "a/b", "a-b", "a0", "ä", "\uffee", "😀", "Z")])
    order, _, _ = listed(store, "s/", {"encoding-type": "url", "list-type": 2})
    report.row("sorted by UTF-8, not UTF-16, not by folder",
               order == sorted(order or [], key=lambda k: k.encode()), order)


def delete_body(keys, quiet):
    objects = "".join(f"<Object><Key>{escape(key)}</Key></Object>" for key in keys)
    return (f'<?xml version="1.0" encoding="UTF-8"?><Delete>'
            f"<Quiet>{'true' if quiet else 'false'}</Quiet>{objects}</Delete>").encode()


def delete_many(store, report):
    def ask(keys, quiet=False, digest=True, body=None, **query):
        body = delete_body(keys, quiet) if body is None else body
        headers = {"Content-Type": "application/xml"}
        if digest:
            headers["Content-MD5"] = base64.b64encode(hashlib.md5(body).digest()).decode()
        return store.call("POST", query={"delete": ""} | query, body=body, headers=headers)

    fill(store, ["m/1", "m/2 & <x>", "m/ü", "m/4"])
    answer = ask(["m/1", "m/2 & <x>", "m/nothing"])
    report.row("two keys and a missing one", answer.status == 200 and
               sorted(answer.texts("Deleted/Key")) == ["m/1", "m/2 & <x>", "m/nothing"],
               f"{answer} {answer.texts('Deleted/Key')}")
    report.tell("its answer", answer.body.decode(errors="replace")[:300])
    answer = ask(["m/ü"], quiet=True)
    report.row("quiet", answer.status == 200 and not answer.texts("Deleted"),
               f"{answer} {answer.body.decode(errors='replace')[-120:]}")
    report.tell("quiet left behind", store.call("GET", query={"prefix": "m/"}).texts("Key"))
    report.expect("without Content-MD5", ask(["m/nothing"], digest=False), 400, "InvalidRequest")
    wrong = store.call("POST", query={"delete": ""}, body=delete_body(["m/4"], False), headers={
        "Content-MD5": base64.b64encode(b"0" * 16).decode()})
    report.expect("wrong Content-MD5", wrong, 400, "BadDigest",
                  f"HEAD afterwards {store.call('HEAD', 'm/4')}")
    report.expect("1000 keys", ask([f"m/x{n}" for n in range(1000)]), 200)
    report.expect("1001 keys", ask([f"m/x{n}" for n in range(1001)]), 400, "MalformedXML")
    report.expect("no keys", ask([]), 400, "MalformedXML")
    report.expect("XML that does not parse", ask([], body=b"<Delete><Obj"), 400, "MalformedXML")
    store.call("PUT", "m/return\rhere", body=b"x")
    body = (b"<Delete><Object><Key>m/return&#13;here</Key></Object></Delete>")
    ask([], body=body)
    report.row("&#13; in a key", store.call("HEAD", "m/return\rhere").status == 404)
    store.call("PUT", "m/control\x01", body=b"x")
    answer = ask([], body=b"<Delete><Object><Key>m/control&#1;</Key></Object></Delete>")
    report.tell("&#1; in a key", f"{answer}; HEAD afterwards "
                                 f"{store.call('HEAD', f'm/control{chr(1)}')}")
    answer = ask(["m/4"], **{"encoding-type": "url"})
    report.tell("encoding-type=url", f"{answer} {answer.texts('Deleted/Key')}")
