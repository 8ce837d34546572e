"""The README's ways to point the gateway at a cloud, as they are printed: only the key's id, the
secret and the password are filled in, and the way to the cloud leads to a store on this machine.
"""

import contextlib
import ftplib
import io
import pathlib
import re
import shlex
import tomllib

from cloud_front import CloudFront
from harness.case import ServerCase
from harness.configuration import PASSWORD, hash_password
from harness.content import tricky_bytes
from harness.ports import LOOPBACK, free_port
from harness.server_process import ServerProcess
from store_harness import engines
from store_harness.scratch import own_folder, quick_scratch

README = pathlib.Path(__file__).parents[2] / "README.md"
USER = "alice"
IN_PARTS = 9 << 20

AROUND = """\
state = "state"

[[listener]]
addresses = ["ftp://127.0.0.1:{port}"]

[server]
passive_ports = "any"

[log]
level = "debug"
file = "log"

{store}
proxy = "http://127.0.0.1:{proxy}"
ca_file = "{ca_file}"

[[user]]
name = "{user}"
password_hash = '{password_hash}'

{mount}
"""


class Section:
    """What the README says about clouds."""

    def __init__(self):
        text = re.search(r"^## Point it at OSS or S3\n(.*?)^## ", README.read_text(),
                         re.DOTALL | re.MULTILINE)[1]
        tables = [(tomllib.loads(toml), toml)
                  for toml in re.findall(r"^```toml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]
        self.stores = {table["store"][0]["type"]: toml
                       for table, toml in tables if "store" in table}
        (self.mount,) = [toml for table, toml in tables if "store" not in table]
        # By type of store: the environment's line and the command.
        self.commands = {}
        for names, command in re.findall(r"^    export (.*)\n((?:    .*\n)+)", text, re.MULTILINE):
            words = shlex.split(command.replace("\\\n", ""))
            kind = words[words.index("--store") + 1].partition(":")[0]
            self.commands[kind] = (shlex.split(names), words)


def fill_in(toml, key, value):
    changed, count = re.subn(rf'^{key} = ".*"$', f'{key} = "{value}"', toml, flags=re.MULTILINE)
    assert count == 1, (key, toml)
    return changed


class PrintedInReadme:
    @classmethod
    def setUpClass(cls):
        cls.section = Section()
        table = tomllib.loads(cls.section.mount)["user"]["mount"][0]
        cls.bucket, cls.prefix = table["bucket"], table["prefix"]
        store = tomllib.loads(cls.section.stores[cls.kind])["store"][0]
        cls.endpoint = store["endpoint"].removeprefix("https://")
        cls.engine = cls.start_engine()

    def setUp(self):
        self.root = own_folder(self.id())
        self.front = CloudFront(self.root, self.certified(), self.engine.port)
        self.addCleanup(self.front.stop)
        self.client = self.engine.client_of(self.bucket)
        self.client.call("PUT")
        self.port = free_port()

    def serve(self, arguments, environment=()):
        self.daemon = ServerProcess(self.root, {"ftp": self.port}, arguments, environment,
                                    hosts=[LOOPBACK["IPv4"]])
        self.addCleanup(self.daemon.stop)
        self.daemon.start()
        super().setUp()

    def content(self, key):
        """Of an object in the README's bucket, without the gateway."""
        answer = self.client.call("GET", key)
        return answer[1] if isinstance(answer, tuple) else answer.body

    def assert_files_go_up_and_down(self):
        with contextlib.closing(ftplib.FTP()) as ftp:
            ftp.connect("127.0.0.1", self.port, timeout=60)
            ftp.login(USER, PASSWORD)
            for name, size in (("small file.txt", 1000), ("in/parts.bin", IN_PARTS)):
                content, found = tricky_bytes(size, self.id() + name), io.BytesIO()
                ftp.storbinary(f"STOR {name}", io.BytesIO(content))
                self.assertTrue(self.content(self.prefix + name) == content, name)
                ftp.retrbinary(f"RETR {name}", found.write)
                self.assertTrue(found.getvalue() == content, name)
                folder, _, last = name.rpartition("/")
                self.assertIn(last, [path.rpartition("/")[2] for path in ftp.nlst(f"/{folder}")])
                ftp.delete(name)
            ftp.quit()
        self.assertEqual(self.front.asked, self.asked())

    def test_the_store_and_the_mount_of_the_configuration_file_work(self):
        store = fill_in(self.section.stores[self.kind], "access_key_id", self.engine.key_id)
        table = tomllib.loads(store)["store"][0]
        self.secret(table["access_key_secret_file"], self.engine.secret)
        # The mount is printed once, for the store that is printed last.
        mount = fill_in(self.section.mount, "store", table["name"])
        file = self.root / "objftpd.toml"
        file.write_text(AROUND.format(
            port=self.port, store=store, proxy=self.front.port, ca_file=self.front.ca_file,
            user=USER, password_hash=hash_password(PASSWORD), mount=mount))
        file.chmod(0o600)
        self.serve(["serve"])
        self.assert_files_go_up_and_down()

    def test_the_one_line_works(self):
        names, words = self.section.commands[self.kind]
        values = (self.engine.key_id, self.engine.secret)
        environment = [(name.partition("=")[0], value)
                       for name, value in zip(names, values, strict=True)]
        self.assertEqual(words[0], "objftpd")
        options = dict(zip(words[2::2], words[3::2], strict=True))
        self.secret(options["--password-file"], PASSWORD)
        self.assertEqual(options["--user"], USER)
        words[words.index("--store") + 1] = (
            f"{self.address(options['--store'])}&proxy=http://127.0.0.1:{self.front.port}"
            f"&ca_file={self.front.ca_file}")
        self.serve(words[1:] + ["--listen", f"ftp://127.0.0.1:{self.port}"], environment)
        self.assert_files_go_up_and_down()

    def secret(self, name, value):
        file = self.root / name
        file.write_text(f"{value}\n")
        file.chmod(0o600)

    def address(self, printed):
        """That of the store in the one line."""
        return printed


class PrintedForOss(PrintedInReadme, ServerCase):
    kind = "oss"

    @staticmethod
    def start_engine():
        return engines.started(engines.Oss)

    def certified(self):
        return f"*.{self.endpoint}"

    def asked(self):
        """Whom the gateway connects to. The internal endpoint is looked for, and not taken: what
        answers there has no certificate for it."""
        inside = self.endpoint.replace(".aliyuncs", "-internal.aliyuncs")
        return {f"{self.bucket}.{self.endpoint}:443", f"{inside}:443"}


class PrintedForS3(PrintedInReadme, ServerCase):
    kind = "s3"

    @classmethod
    def start_engine(cls):
        """Ceph takes the names of hosts that it does not know for those of buckets."""
        engine = engines.Ceph(quick_scratch() / "ceph-of-readme", DNS_NAME=cls.host())
        cls.addClassCleanup(engine.stop)
        return engine

    @classmethod
    def host(cls):
        return cls.endpoint.partition(":")[0]

    certified = host

    def asked(self):
        return {self.endpoint}

    def address(self, printed):
        """With the host of the configuration file, for Ceph knows but one."""
        changed = printed.replace("=s3.eu-central-1.amazonaws.com", f"={self.endpoint}")
        self.assertNotEqual(changed, printed)
        return changed
