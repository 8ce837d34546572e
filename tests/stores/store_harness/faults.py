"""What may happen to one request on its way to the store and back. Each fault is a function that
takes an Exchange (proxy.py); most are made by a function that takes what varies.
"""

import asyncio
import datetime
import email.utils
import time

from store_harness.message import made
from store_harness.proxy import Ended

REASONS = {200: "OK", 403: "Forbidden", 500: "Internal Server Error", 503: "Service Unavailable"}
REQUEST_ID = "REQUEST0123456789"
LOGIN_PAGE = (b"<!DOCTYPE html><html><head><title>Welcome to the guest network</title></head>"
              b"<body><form action=/login><input name=room><br></form></body></html>\n")


def error_document(code, **more):
    extra = "".join(f"<{name}>{value}</{name}>" for name, value in more.items())
    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code>'
            f"<Message>said the proxy</Message><RequestId>{REQUEST_ID}</RequestId>{extra}"
            "</Error>").encode()


async def answer(exchange, status, body=b"", **headers):
    """An answer that the store never gave to a request that it never saw."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if "Content-Type" not in named:
        named["Content-Type"] = "application/xml"
    named.setdefault("Date", email.utils.formatdate(usegmt=True))
    named["x-amz-request-id"] = named["x-oss-request-id"] = REQUEST_ID
    head_only = exchange.request.method == "HEAD"
    await exchange.take_body()
    await exchange.client.send(
        made(status, REASONS.get(status, "Status"), named, b"" if head_only else body))
    exchange.proxy.answered(exchange.request, status)


def refuse(status, code, **headers):
    async def fault(exchange):
        await answer(exchange, status, error_document(code), **headers)
    return fault


def fail_without_a_word(status):
    async def fault(exchange):
        await answer(exchange, status)
    return fault


def error_in_200(before=b""):
    """S3 begins its answer to a completion before it knows how that ends."""
    async def fault(exchange):
        await answer(exchange, 200, before + error_document("InternalError"))
    return fault


async def captive_portal(exchange):
    """Somebody who answers in the store's place, and knows nothing of stores."""
    await exchange.take_body()
    head_only = exchange.request.method == "HEAD"
    await exchange.client.send(made(
        200, "OK", {"Content-Type": "text/html"}, b"" if head_only else LOGIN_PAGE))
    exchange.proxy.answered(exchange.request, 200)


async def cut_request(exchange):
    """The connection breaks while the body is under way."""
    body = await exchange.take_body()
    await exchange.ask(body[:len(body) // 2])
    exchange.store.reset()
    exchange.client.reset()
    raise Ended


async def lose_answer(exchange):
    """The store has done what it was asked to, and nobody learns of it."""
    body = await exchange.take_body()
    head, _ = await exchange.receive(await exchange.ask(body))
    exchange.proxy.answered(exchange.request, head.status)
    exchange.client.reset()
    raise Ended


async def keep_answer(exchange):
    """The same, and the connection stays."""
    body = await exchange.take_body()
    head, _ = await exchange.receive(await exchange.ask(body))
    exchange.proxy.answered(exchange.request, head.status)
    await exchange.client.some()
    raise Ended


def spoil_request(change):
    """Other bytes than those that were sent reach the store."""
    async def fault(exchange):
        body = await exchange.take_body()
        head, answer_body = await exchange.receive(await exchange.ask(change(body)))
        exchange.proxy.answered(exchange.request, head.status)
        await exchange.client.send(head.raw + answer_body)
    return fault


def spoil_answer(change_body=None, change_header=None):
    """`change_header` takes name and value and returns the value to be sent."""
    async def fault(exchange):
        body = await exchange.take_body()
        head, answer_body = await exchange.receive(await exchange.ask(body))
        exchange.proxy.answered(exchange.request, head.status)
        lines = head.raw.decode("latin-1").split("\r\n")
        if change_body:
            answer_body = change_body(answer_body)
        for number, line in enumerate(lines[1:], 1):
            name, colon, value = line.partition(": ")
            if change_body and name.lower() == "content-length":
                value = str(len(answer_body))
            elif change_header:
                value = change_header(name.lower(), value)
            lines[number] = name + colon + value
        await exchange.client.send("\r\n".join(lines).encode("latin-1") + answer_body)
    return fault


def flip_a_bit(data):
    changed = bytearray(data)
    changed[len(changed) // 2] ^= 0x10
    return bytes(changed)


def first_half(data):
    return data[:len(data) // 2]


def other_digits(text):
    """Of an ETag: as long, as well formed, and wrong."""
    return text.translate(str.maketrans("0123456789abcdefABCDEF", "1234567890bcdefaBCDEFA"))


def _other_etag_in_text(body):
    begin, etag, rest = body.partition(b"<ETag>")
    value, end, rest = rest.partition(b"</ETag>")
    return begin + etag + other_digits(value.decode()).encode() + end + rest


wrong_etag = spoil_answer(
    change_body=_other_etag_in_text,
    change_header=lambda name, value: other_digits(value) if name == "etag" else value)

wrong_crc64 = spoil_answer(
    change_header=lambda name, value:
        str(int(value) ^ 1) if name == "x-oss-hash-crc64ecma" else value)


def begins_elsewhere(offset):
    """An answer to a request for a range that says it is another one."""
    def moved(name, value):
        if name != "content-range":
            return value
        first, _, rest = value.removeprefix("bytes ").partition("-")
        return f"bytes {int(first) + offset}-{rest}"
    return spoil_answer(change_header=moved)


def cut_answer(share=0.5, then=None):
    """The connection breaks after that share of the answer's body. `then` is called first."""
    async def fault(exchange):
        body = await exchange.take_body()
        head, answer_body = await exchange.receive(await exchange.ask(body))
        exchange.proxy.answered(exchange.request, head.status)
        if then:
            await asyncio.get_running_loop().run_in_executor(None, then)
        await exchange.client.send(head.raw + answer_body[:int(len(answer_body) * share)])
        exchange.client.close()
        raise Ended
    return fault


async def stall(exchange):
    """Nothing comes back, for as long as the client likes to wait."""
    await exchange.take_body()
    await exchange.client.some()
    raise Ended


def held_back(release):
    """It reaches the store when the event `release` is set."""
    async def fault(exchange):
        body = await exchange.take_body()
        while not release.is_set():
            await asyncio.sleep(0.01)
        head, answer_body = await exchange.receive(await exchange.ask(body))
        await exchange.client.send(head.raw + answer_body)

    return fault


async def stall_in_request(exchange):
    """Nothing is even read."""
    await asyncio.sleep(3600)


async def stall_in_answer(exchange):
    """Half of the answer comes, and no more."""
    body = await exchange.take_body()
    head, answer_body = await exchange.receive(await exchange.ask(body))
    await exchange.client.send(head.raw + answer_body[:len(answer_body) // 2])
    await exchange.client.some()
    raise Ended


def trickle(seconds, pieces=6):
    """Both bodies pass, slowly."""
    async def slowly(send, data):
        step = max(1, -(-len(data) // pieces))
        for at in range(0, len(data), step):
            await asyncio.sleep(seconds / pieces)
            await send(data[at:at + step])

    async def fault(exchange):
        await exchange.allow_body()
        left = exchange.head.length
        body = b""
        while left > 0:  # read as slowly: what the client has sent is not in buffers of ours
            piece = await exchange.client.some(min(left, max(1, exchange.head.length // pieces)))
            left -= len(piece)
            body += piece
            await asyncio.sleep(seconds * len(piece) / exchange.head.length)
        head, answer_body = await exchange.receive(await exchange.ask(body))
        exchange.proxy.answered(exchange.request, head.status)
        await exchange.client.send(head.raw)
        await slowly(exchange.client.send, answer_body)
    return fault


def skewed_clock(minutes, sign_anew):
    """A store whose clock is fast: it refuses what was signed by another clock. What follows its
    own is handed on with the signature that `sign_anew(exchange)` makes for the real store."""
    def now():
        return time.time() + minutes * 60

    async def fault(exchange):
        headers = exchange.head.headers
        stamp = headers.get("x-amz-date") or headers.get("x-oss-date")
        signed_at = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(
            tzinfo=datetime.timezone.utc).timestamp()
        if abs(signed_at - now()) > 900:
            body = error_document("RequestTimeTooSkewed")
            date = email.utils.formatdate(now(), usegmt=True)
            await answer(exchange, 403, body, Date=date)
            return
        exchange.head.raw = sign_anew(exchange)
        await exchange.forward()
    return fault
