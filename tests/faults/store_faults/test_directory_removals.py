"""SITE RMDIR: what was written down is finished, whatever cuts it off."""

import threading

from harness.wire import Wire
from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS

FILES = 12


class DirectoryRemovals:
    user_options = 'rights = ["all", "remove_tree"]\n'

    def setUp(self):
        super().setUp()
        self.names = [f"gone/{n:02}.bin" for n in range(FILES)] + ["gone/inner/deep.bin"]
        for name in self.names:
            self.world.put(name, name.encode())
        self.world.put("gone-not/beside.bin", b"stays")

    def there(self):
        return [name for name in self.names if self.world.content(name) is not None]

    def assert_neighbour_stays(self):
        self.assertEqual(self.world.content("gone-not/beside.bin"), b"stays")

    def test_all_of_it_goes_with_few_requests(self):
        wire = self.world.connect()
        reply = wire.say("SITE RMDIR gone", 250)
        self.assertIn(f"{len(self.names)} files", reply.lines[0])
        self.assertEqual(self.there(), [])
        self.assert_neighbour_stays()
        self.assertEqual(self.proxy.operations().count("DeleteObjects"), 1)
        wire.say("CWD gone", 550)

    def test_a_refusal_is_told_and_removes_nothing(self):
        self.proxy.on("DeleteObjects", refuse(403, "AccessDenied"), times=ALWAYS)
        wire = self.world.connect()
        wire.say("SITE RMDIR gone", 550)
        self.assertEqual(self.there(), self.names)
        self.daemon.stop()
        self.proxy.clear()
        self.daemon.start()  # what was refused is not done later
        self.assertEqual(self.there(), self.names)

    def test_kill_9_is_finished_at_the_next_start_but_for_what_came_since(self):
        self.proxy.on("DeleteObjects", faults.stall, times=ALWAYS)
        with Wire(self.daemon) as wire:
            wire.send("SITE RMDIR gone")
            self.wait_for(lambda: "DeleteObjects" in self.proxy.operations(), "no deletion")
            self.daemon.kill()
        self.world.put("gone/03.bin", b"somebody else's")
        self.world.put("gone/new.bin", b"new")
        self.proxy.clear()
        self.daemon.start()
        self.assertTrue(self.world.log_lines("a removal that was left unfinished is finished"))
        self.assertEqual(self.there(), ["gone/03.bin"])
        self.assertEqual(self.world.content("gone/03.bin"), b"somebody else's")
        self.assertEqual(self.world.content("gone/new.bin"), b"new")
        self.assert_neighbour_stays()

    def test_abor_ends_it_before_the_next_batch(self):
        for n in range(1000):
            self.world.put(f"gone/more/{n:04}", b"x")
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.on("DeleteObjects", faults.held_back(release))
        wire = self.world.connect()
        wire.send("SITE RMDIR gone")
        self.wait_for(lambda: "DeleteObjects" in self.proxy.operations(), "no deletion")
        wire.send("ABOR")
        self.assertTrue(self.world.log_lines("verb=ABOR"))
        release.set()
        self.assertIn("1000 files are gone", wire.expect(451).lines[0])
        wire.expect(226)
        self.daemon.stop()
        self.daemon.start()
        self.assertNotEqual(self.world.content("gone/more/0999"), None)

    def test_stat_is_heard_meanwhile(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.proxy.on("DeleteObjects", faults.held_back(release))
        wire = self.world.connect()
        wire.send("SITE RMDIR gone")
        self.wait_for(lambda: "DeleteObjects" in self.proxy.operations(), "no deletion")
        wire.send(b"\xff\xf4\xff\xf2STAT\r\n")
        status = wire.expect(211)
        self.assertTrue([line for line in status.lines if f"0 of {len(self.names)} files" in line],
                        status.lines)
        release.set()
        wire.expect(250)


class FewAtOnce:
    user_options = 'rights = ["all", "remove_tree"]\n'
    store_options = "rename_objects = 3\n"

    def test_a_directory_that_is_too_large_loses_nothing(self):
        for n in range(4):
            self.world.put(f"gone/{n}.bin", b"content")
        wire = self.world.connect()
        wire.say("SITE RMDIR gone", 553)
        self.assertNotIn("DeleteObjects", self.proxy.operations())


class DirectoryRemovalsOnOss(OnOss, DirectoryRemovals, StoreCase):
    pass


class DirectoryRemovalsOnCeph(OnCeph, DirectoryRemovals, StoreCase):
    pass


class FewAtOnceOnOss(OnOss, FewAtOnce, StoreCase):
    pass


class FewAtOnceOnCeph(OnCeph, FewAtOnce, StoreCase):
    pass
