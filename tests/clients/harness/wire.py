"""A raw control connection: says lines, checks reply codes, opens data connections by hand.

For what no client library would send, or would hide. Everything has a time limit.
"""

import collections
import re
import socket
import ssl
import struct

from harness.configuration import PASSWORD, USER
from harness.ports import LOOPBACK

PATIENCE = 20

Reply = collections.namedtuple("Reply", "code lines")


class UnexpectedReply(AssertionError):
    pass


class Closed(ConnectionError):
    """The server ended the control connection."""


def reset(connection):
    """Closes with RST instead of FIN, as a client that dies does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def end(connection):
    """Says that all has been sent: by close_notify, or FIN."""
    if isinstance(connection, ssl.SSLSocket):
        connection.unwrap()
    else:
        connection.shutdown(socket.SHUT_WR)


def read_all(connection):
    chunks = []
    while chunk := connection.recv(1 << 16):
        chunks.append(chunk)
    return b"".join(chunks)


class Wire:
    def __init__(self, daemon, family="IPv4", login=True, listener="ftp"):
        self.host = LOOPBACK[family]
        self.family = socket.AF_INET6 if family == "IPv6" else socket.AF_INET
        self.control = socket.create_connection(
            (self.host, daemon.ports[listener]), timeout=PATIENCE)
        self.control.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tls = None
        self.data_tls = None
        self.input = b""
        self.greeting = self.reply()
        if login:
            self.login()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.control.close()

    def login(self):
        self.say(f"USER {USER}", 331)
        self.say(f"PASS {PASSWORD}", 230)

    # -- TLS

    def start_tls(self, certificate):
        """After AUTH. That certificate is the only authority."""
        self.tls = ssl.create_default_context(cafile=certificate)
        self.control = self.wrapped(self.control)

    def protect_data(self):
        self.say("PBSZ 0", 200)
        self.say("PROT P", 200)
        self.data_tls = self.tls

    def wrapped(self, connection, session=None):
        """Takes no end without close_notify for an end."""
        return self.tls.wrap_socket(connection, server_hostname=self.host, session=session,
                                    suppress_ragged_eofs=False)

    # -- lines and replies

    def send(self, line):
        self.control.sendall(line if isinstance(line, bytes) else line.encode() + b"\r\n")

    def read_line(self):
        while b"\n" not in self.input:
            received = self.control.recv(1 << 16)
            if not received:
                raise Closed(f"closed after {self.input!r}")
            self.input += received
        line, self.input = self.input.split(b"\n", 1)
        if not line.endswith(b"\r"):
            raise UnexpectedReply(f"line without CR: {line!r}")
        return line[:-1].decode()

    def reply(self):
        lines = [self.read_line()]
        if not re.match(r"[1-6]\d\d[ -]", lines[0]):
            raise UnexpectedReply(f"not a reply: {lines[0]!r}")
        code = lines[0][:3]
        if lines[0][3] == "-":
            while not lines[-1].startswith(code + " "):
                lines.append(self.read_line())
        return Reply(int(code), lines)

    def expect(self, *codes):
        reply = self.reply()
        if codes and reply.code not in codes:
            raise UnexpectedReply(f"expected {codes}, got {reply.lines}")
        return reply

    def say(self, line, *codes):
        """Sends one command and returns its reply, which must have one of `codes` if given."""
        self.send(line)
        reply = self.reply()
        if codes and reply.code not in codes:
            raise UnexpectedReply(f"{line!r}: expected {codes}, got {reply.lines}")
        return reply

    # -- data connections

    def passive(self):
        """A connected data socket, by EPSV on IPv6 and PASV on IPv4."""
        if self.family == socket.AF_INET6:
            text = self.say("EPSV", 229).lines[0]
            port = int(re.search(r"\(\|\|\|(\d+)\|\)", text)[1])
        else:
            text = self.say("PASV", 227).lines[0]
            numbers = [int(n) for n in re.search(r"\((\d+(?:,\d+){5})\)", text)[1].split(",")]
            port = numbers[4] * 256 + numbers[5]
        return socket.create_connection((self.host, port), timeout=PATIENCE)

    def active(self):
        """A listening socket that the server has been told of, by EPRT on IPv6, PORT on IPv4."""
        listener = socket.create_server((self.host, 0), family=self.family)
        listener.settimeout(PATIENCE)
        port = listener.getsockname()[1]
        if self.family == socket.AF_INET6:
            self.say(f"EPRT |2|{self.host}|{port}|", 200)
        else:
            self.say(f"PORT {self.host.replace('.', ',')},{port >> 8},{port & 255}", 200)
        return listener

    def begin(self, command, active=False):
        """Starts a transfer and returns its data socket, after the 150."""
        data = self.begin_in_clear(command, active)
        return self.wrapped(data, self.control.session) if self.data_tls else data

    def begin_in_clear(self, command, active=False):
        if not active:
            data = self.passive()
            try:
                self.say(command, 150, 125)
            except BaseException:
                data.close()
                raise
            return data
        with self.active() as listener:
            self.say(command, 150, 125)
            data, _ = listener.accept()
            data.settimeout(PATIENCE)
            return data

    def download(self, command, active=False):
        """The bytes of RETR, LIST, NLST or MLSD."""
        with self.begin(command, active) as data:
            content = read_all(data)
        self.expect(226)
        return content

    def upload(self, command, content, active=False):
        with self.begin(command, active) as data:
            data.sendall(content)
            end(data)
        return self.expect(226)

    def names(self, path=""):
        """The names in a folder, by NLST, without the folder's own part."""
        listing = self.download(f"NLST {path}".rstrip()).decode()
        return {line.rsplit("/", 1)[-1] for line in listing.split("\r\n") if line}
