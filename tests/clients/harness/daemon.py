"""The server under test on the embedded store: an object is a plain file under `bucket_root`, and a
test can look at the disk behind the server's back.
"""

import ssl

from harness import configuration
from harness.ports import LOOPBACK, free_port
from harness.server_process import ServerProcess

STORE = """\
type = "local"
path = "{data}"
durability = "{durability}"
"""


class Daemon(ServerProcess):
    """`listeners`, `server` and `sections` are those of `configuration.write`."""

    def __init__(self, root, durability="fsync", server="",
                 listeners=configuration.PLAIN_AND_EXPLICIT, sections=""):
        super().__init__(root, {name: free_port() for name in listeners})
        self.data = self.root / "data"
        self.bucket_root.mkdir(parents=True)
        configuration.write(
            self.root, self.ports, "disk", STORE.format(data=self.data, durability=durability),
            server=server, listeners=listeners, sections=sections)

    @property
    def bucket_root(self):
        return self.data / configuration.BUCKET

    @property
    def certificate(self):
        """The self-signed certificate that the server has made, for clients to trust.
        REQUIRES: a listener "ftps"."""
        path = self.root / "certificate.pem"
        if not path.exists():
            made = ssl.get_server_certificate((LOOPBACK["IPv4"], self.ports["ftps"]))
            path.write_text(made)
        return path

    def on_disk(self, path):
        """The file that holds the object an FTP path names."""
        return self.bucket_root / path.lstrip("/")
