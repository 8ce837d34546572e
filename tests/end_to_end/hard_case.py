"""Ground of the tests of hard cases: what FTP and object stores disagree about. One server for
several users, in front of each kind of store."""

import re
import ssl
import time

from harness.case import ServerCase
from harness.configuration import BUCKET, PASSWORD, hash_password
from harness.daemon import Daemon
from harness.ports import free_port
from harness.wire import PATIENCE, Wire, end
from store_harness import engines
from store_harness.scratch import own_folder
from store_harness.world import World

# Of PASSWORD, the cheapest that the format allows: these tests log in hundreds of times.
CHEAP_HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$+RsCrdHrAKGEJIDLM0Esow"

# Users besides alice, who see what she sees: what makes them others.
USERS = {
    "accepting": 'mkd_existing = "accept"',
    "chinese": 'charset = "gbk"',
    "converting": 'ascii = "convert"',
    "keeping": 'rights = ["list", "read", "create", "remove", "rename", "make_directory"]',
    "lenient": 'close_notify = "tolerate"',
    "partial": 'on_interrupt = "keep-partial"',
    "reader": 'rights = "read-only"',
    "rejecting": 'ascii = "reject"\nset_time = "reject"\nchmod = "reject"',
    "resuming": 'on_interrupt = "resume"',
    "strict": "strict_parents = true",
    "western": 'charset = "latin1"',
    "wiping": 'rights = ["all", "remove_tree"]',
}
USER = """
[[user]]
name = "{name}"
password_hash = '{password_hash}'
{options}

[[user.mount]]
path = "/"
store = "{store}"
bucket = "{bucket}"
prefix = "{prefix}"
"""
LISTENER = """
[[listener]]
addresses = ["ftp://127.0.0.1:{port}", "ftp://[::1]:{port}"]
{options}
"""
EAST_OF_GREENWICH = {"TZ": "CST-8"}


def users(store, prefix):
    return "".join(
        USER.format(name=name, options=options, store=store, prefix=prefix, bucket=BUCKET,
                    password_hash=hash_password(PASSWORD)) for name, options in USERS.items())


class Disk:
    """What the embedded store has of an engine."""

    name = "local"
    large = 510_000


class DiskWorld(World):
    """With the embedded store, which nothing lies in front of."""

    proxy = None

    def __init__(self, name, server_options="", sections=""):
        self.engine = Disk
        self.root = own_folder(name)
        self.prefix = ""
        self.gateway = Daemon(self.root, durability="none", server=server_options,
                              sections=users("disk", "") + sections)
        self._wires = []

    def stop(self):
        for wire in self._wires:
            wire.control.close()
        self.gateway.stop()

    def put(self, name, content):
        path = self.gateway.on_disk(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return content

    def content(self, name):
        path = self.gateway.on_disk(name)
        return path.read_bytes() if path.is_file() else None

    def remove(self, name):
        self.gateway.on_disk(name).unlink()

    def orphans(self):
        return [path for path in (self.gateway.data / ".objftpd").glob("*/*") if path.is_file()]


class HardCase(ServerCase):
    engine_kind = None
    store_options = ""
    listeners = {}  # besides "ftp": the options of each

    @classmethod
    def setUpClass(cls):
        cls.engine = engines.started(cls.engine_kind)

    def setUp(self):
        self.world = self.start_world()
        self.daemon = self.world.gateway
        self.proxy = self.world.proxy
        self.wire = self.world.connect()
        super().setUp()

    def start_world(self, kind="", server_options="", store_options=""):
        """Another `kind` is a gateway with further options in front of the same."""
        ports = {name: free_port() for name in self.listeners}
        sections = "".join(
            LISTENER.format(port=ports[name], options=self.listeners[name]) for name in ports)
        world = self.make_world(self.id() + kind, server_options,
                                self.store_options + store_options, sections)
        self.addCleanup(world.stop)
        world.gateway.ports.update(ports)
        settings = world.root / "objftpd.toml"
        settings.write_text(settings.read_text().replace(hash_password(PASSWORD), CHEAP_HASH))
        world.gateway.environment = world.gateway.environment | EAST_OF_GREENWICH
        return world.start()

    def make_world(self, name, server_options, store_options, sections):
        prefix = re.sub(r"\W+", "-", self.id()) + "/"
        return World(self.engine, name, server_options, store_options, prefix,
                     users("cloud", prefix) + sections)

    def log_in(self, user, listener="ftp"):
        wire = Wire(self.daemon, login=False, listener=listener)
        self.addCleanup(wire.control.close)
        return self.say_who(wire, user)

    def log_in_under_tls(self, user, listener="ftp", context=None):
        """With the TLS context of another connection, or one of its own."""
        wire = Wire(self.daemon, login=False, listener=listener)
        wire.say("AUTH TLS", 234)
        if context:
            wire.tls = context
            wire.control = wire.wrapped(wire.control)
        else:
            wire.start_tls(self.daemon.root / "state" / "self-signed.pem")
        wire.tls.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF  # else Python takes a cut for an end
        self.addCleanup(wire.control.close)
        self.say_who(wire, user).protect_data()
        return wire

    def say_who(self, wire, user):
        wire.say(f"USER {user}", 331)
        wire.say(f"PASS {PASSWORD}", 230)
        return wire

    def tries(self, command, content=b"", wire=None):
        """The last reply to a transfer that may be refused."""
        wire = wire or self.wire
        with wire.passive() as data:
            reply = wire.say(command)
            if reply.code != 150:
                return reply
            data.sendall(content)
            end(data)
        return wire.reply()

    def begin_upload(self, command, content, wire=None):
        """Its data connection, when the gateway has all of the content."""
        wire = wire or self.wire
        data = wire.begin(command)
        self.addCleanup(data.close)
        data.sendall(content)
        there = f"{len(content)} bytes in"
        self.wait_until(lambda: any(there in line for line in wire.say("STAT", 211).lines))
        return data

    def finish(self, data, *codes, wire=None):
        end(data)
        data.close()
        return (wire or self.wire).expect(*codes)

    def assert_replies(self, code, *commands, wire=None):
        for command in commands:
            self.assertEqual((wire or self.wire).say(command).code, code, command)

    def assert_costs(self, requests, act):
        """Where they can be counted."""
        if self.proxy:
            self.proxy.requests.clear()
        result = act()
        if self.proxy:
            self.assertEqual(self.proxy.operations(), requests)
        return result

    def wait_until(self, condition):
        give_up = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), give_up)
            time.sleep(0.005)

    def logged(self, text):
        """How many lines of the log so far hold it."""
        return self.daemon.log.read_text(errors="replace").count(text)

    def facts(self, path="", wire=None):
        """Name -> facts, by MLSD."""
        lines = (wire or self.wire).download(f"MLSD {path}".rstrip()).decode().splitlines()
        return {name: dict(fact.split("=") for fact in text.rstrip(";").split(";"))
                for text, _, name in (line.partition(" ") for line in lines)}

    def lines(self, command):
        return self.wire.download(command).decode().splitlines()


class OnDisk:
    """Beside OnOss and OnCeph."""

    @classmethod
    def setUpClass(cls):
        pass

    def make_world(self, name, server_options, _, sections):
        return DiskWorld(name, server_options, sections)
