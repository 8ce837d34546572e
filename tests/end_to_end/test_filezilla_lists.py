"""FileZilla shows a directory of 1,000,000 files, and knows each of them."""

from filezilla.case import OnDesktop
from filezilla.filezilla import FileZilla
from store_harness import generated
from store_harness.case import OnOss, StoreCase
from store_harness.proxy import ALWAYS

COUNT = 1_000_000
MORE_MEMORY = 32 << 20  # bytes above what the gateway takes without
PATIENCE = 120
LISTED = 'Status: Directory listing of "/million" successful'


class FileZillaLists(OnDesktop, OnOss, StoreCase):
    impatient = False

    def setUp(self):
        super().setUp()
        directory = f"{self.world.prefix}million/"
        self.proxy.on("ListObjects", generated.listing(directory, COUNT), times=ALWAYS,
                      matches=lambda request: request.query["prefix"].startswith(directory))
        home = self.daemon.root / "home"
        home.mkdir()
        self.client = FileZilla(home, "explicit", self.daemon.port, home, "/million")
        self.watch(self.client, "million")

    def test_a_million_files(self):
        before = self.daemon.most_memory()
        self.client.start(self.desktop, "/million")
        dialog = self.desktop.window("Unknown certificate")
        self.desktop.press(dialog, "alt+a", "Return")  # always trust it
        self.client.wait_for(LISTED, patience=PATIENCE)
        self.client.wait_until_idle(PATIENCE)
        self.desktop.picture(self.evidence / "million.png")

        main = self.desktop.window(" - FileZilla")
        # To the tree of the server's folders, and by the menu of this one into the queue.
        self.desktop.press(main, "F6", "F6", "Tab", "Tab", "Menu", "a")
        self.client.wait_for(LISTED, times=2, patience=PATIENCE)
        self.client.wait_until_idle(PATIENCE)
        self.assertLess(self.daemon.most_memory() - before, MORE_MEMORY)
        self.desktop.press(main, "ctrl+q")  # leaves its queue behind
        self.client.process.wait(PATIENCE)
        expected = 0
        for queued in self.client.queued_downloads():
            self.assertEqual(queued, (f"{expected:07}.bin", expected))
            expected += 1
        self.assertEqual(expected, COUNT)
