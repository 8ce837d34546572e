"""Listings of directories that are larger than anybody wants to store: told page by page, as a
store would, by keys that are computed."""

import asyncio
import urllib.parse

from store_harness import faults

ENTRY = ("<Contents><Key>{key}{n:07}.bin</Key><LastModified>2026-11-21T01:02:03.000Z</LastModified>"
         "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>{n}</Size>"
         "<StorageClass>STANDARD</StorageClass></Contents>")


def first_at_or_after(name):
    """The number of the first name that is not less."""
    digits = name[:7]
    if not digits:
        return 0
    if not digits.isdigit():
        return 0 if digits < "0" else 10 ** 7
    number = int(digits.ljust(7, "0"))
    return number + (1 if len(name) > 7 and name > f"{number:07}.bin" else 0)


def listing(directory, count, may_go_on=None):
    """Answers ListObjectsV2 below `directory` ("a/b/"), which holds 0000000.bin and so on, each as
    many bytes long as its number. Pages after the second wait for the threading.Event
    `may_go_on`."""
    async def fault(exchange):
        query = exchange.request.query
        assert query["list-type"] == "2" and query["encoding-type"] == "url"
        within = query["prefix"].removeprefix(directory)
        limit = int(query["max-keys"])
        first = first_at_or_after(within)
        begin = int(query.get("continuation-token") or first)
        end = min(begin + limit, count)
        while end > begin and not f"{end - 1:07}.bin".startswith(within):
            end -= 1
        more = end < count and end > begin and f"{end:07}.bin".startswith(within)
        while may_go_on and begin - first >= 2 * limit and not may_go_on.is_set():
            await asyncio.sleep(0.01)
        key = urllib.parse.quote(directory)
        pieces = ['<?xml version="1.0" encoding="UTF-8"?><ListBucketResult>'
                  "<Name>files</Name><EncodingType>url</EncodingType>"
                  f"<KeyCount>{end - begin}</KeyCount>"
                  f"<IsTruncated>{'true' if more else 'false'}</IsTruncated>"]
        if more:
            pieces.append(f"<NextContinuationToken>{end}</NextContinuationToken>")
        pieces += [ENTRY.format(key=key, n=n) for n in range(begin, end)]
        pieces.append("</ListBucketResult>")
        await faults.answer(exchange, 200, "".join(pieces).encode())
    return fault
