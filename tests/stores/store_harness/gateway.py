"""The server under test in front of a store."""

from harness import configuration
from harness.ports import free_port
from harness.server_process import ServerProcess

STORE = """\
type = "{type}"
endpoint = "http://127.0.0.1:{port}"
region = "{region}"
access_key_id = "{key_id}"
access_key_secret = "{secret}"
{options}
"""


class Gateway(ServerProcess):
    """Shows its user the bucket below a prefix. `port` is the store's or that of a proxy before it.
    The options are text for the sections of server, store and user; `sections` is text
    for further ones."""

    def __init__(self, root, engine, port, prefix, server_options="", store_options="",
                 sections="", user_options=""):
        super().__init__(root, {"ftp": free_port()})
        store = STORE.format(type=engine.name, port=port, region=engine.region,
                             key_id=engine.key_id, secret=engine.secret, options=store_options)
        configuration.write(self.root, self.ports, "cloud", store, prefix, server_options,
                            sections=sections, user_options=user_options)
