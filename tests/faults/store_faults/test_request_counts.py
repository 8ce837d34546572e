"""What each command costs: the requests that reach the store."""

import collections
import math
import shutil
import subprocess

from harness.configuration import PASSWORD, USER
from store_harness import engines
from store_harness.case import OnCeph, OnOss, StoreCase

FOLDERS = ("a", "b", "c")
FILES = 50


class Requests:
    def cost(self, action):
        self.proxy.clear()
        action()
        return self.proxy.operations()

    def test_an_upload_that_fits_into_a_part_is_one_request(self):
        wire = self.world.connect()
        content = self.world.bytes_of("small", "content")
        self.assertEqual(self.cost(lambda: wire.upload("STOR new.bin", content)), ["PutObject"])
        self.assertEqual(self.cost(lambda: wire.upload("STOR new.bin", content)), ["PutObject"])
        self.assertEqual(self.cost(lambda: wire.upload("STOR a/b/c.bin", b"")), ["PutObject"])

    def test_a_larger_upload_is_one_request_for_each_part_and_two_more(self):
        wire = self.world.connect()
        content = self.world.bytes_of("large", "content")
        requests = collections.Counter(self.cost(lambda: wire.upload("STOR new.bin", content)))
        parts = len(content) / self.engine.part_bytes
        # The last bytes may go with the part before them.
        self.assertIn(requests.pop("UploadPart"), (math.floor(parts), math.ceil(parts)))
        self.assertEqual(requests, {"CreateMultipartUpload": 1, "CompleteMultipartUpload": 1})

    def test_a_download_is_one_request(self):
        self.world.put("file.bin", self.world.bytes_of("small", "content"))
        wire = self.world.connect()
        self.assertEqual(self.cost(lambda: wire.download("RETR file.bin")), ["GetObject"])

        def resume():
            wire.say("REST 1000", 350)
            wire.download("RETR file.bin")
        self.assertEqual(self.cost(resume), ["GetObject"])

    def test_what_is_asked_of_one_file_is_few_requests(self):
        self.world.put("file.bin", b"content")
        wire = self.world.connect()
        self.assertEqual(self.cost(lambda: wire.say("SIZE file.bin", 213)), ["HeadObject"])
        self.assertEqual(self.cost(lambda: wire.say("MDTM file.bin", 213)), [])
        self.assertEqual(self.cost(lambda: wire.say("MLST file.bin", 250)), [])

    def test_a_hash_that_the_store_keeps_is_one_request_for_the_head(self):
        self.world.put("file.bin", b"content")
        wire = self.world.connect()
        self.assertEqual(self.cost(lambda: wire.say("XMD5 file.bin", 250)), ["HeadObject"])
        wire.say("OPTS HASH MD5", 200)
        wire.say("SIZE file.bin", 213)
        self.assertEqual(self.cost(lambda: wire.say("HASH file.bin", 213)), ["HeadObject"])

    def test_a_deletion_is_two_requests_and_two_more_for_the_last_in_its_directory(self):
        self.world.put("file.bin", b"content")
        self.world.put("other.bin", b"content")
        wire = self.world.connect()
        self.assertEqual(self.cost(lambda: wire.say("DELE file.bin", 250)),
                         ["ListObjects", "DeleteObject"])
        self.assertEqual(self.cost(lambda: wire.say("DELE other.bin", 250)),
                         ["ListObjects", "DeleteObject", "ListObjects", "PutObject"])

    def test_what_was_listed_is_not_asked_for_again(self):
        self.world.put("file.bin", b"content")
        self.world.put("a/file.bin", b"content")
        wire = self.world.connect()
        self.assertEqual(self.cost(lambda: wire.download("LIST")), ["ListObjects"])
        for command in ("SIZE file.bin", "MDTM file.bin", "MLST file.bin", "CWD a"):
            self.assertEqual(self.cost(lambda: wire.say(command)), [], command)

    def test_a_directory_that_is_entered_is_one_request(self):
        self.world.put("a/file.bin", b"content")
        wire = self.world.connect()
        self.assertEqual(self.cost(lambda: wire.say("CWD a", 250)), ["ListObjects"])
        self.assertEqual(self.cost(lambda: wire.say("CWD /", 250)), [])


class ListingRequests:
    prefix = engines.MANY_PREFIX

    def test_a_listing_is_one_request_for_each_thousand(self):
        engines.filled(self.engine)
        wire = self.world.connect()
        for command in ("LIST", "NLST", "MLSD"):
            self.proxy.clear()
            wire.download(command)
            self.assertEqual(self.proxy.operations(), ["ListObjects"] * 3, command)


class MirrorRequests:
    def mirror(self, *options):
        if not shutil.which("lftp"):
            self.skipTest("not installed: lftp")
        folder = self.world.root / "mirror"
        folder.mkdir(exist_ok=True)
        script = (f"set net:max-retries 1; set ftp:ssl-allow no; "
                  f"open -u {USER},{PASSWORD} ftp://127.0.0.1:{self.daemon.port}; "
                  f"mirror {' '.join(options)} {{}}; bye")
        places = f"{folder} /" if "-R" in options else f"/ {folder}"
        subprocess.run(["lftp", "-c", script.format(places)], check=True, timeout=60,
                       capture_output=True)
        return folder

    def files(self):
        return {f"{FOLDERS[number % 3]}/file {number}.txt": f"content {number}".encode()
                for number in range(FILES)}

    def test_a_mirrored_tree_costs_its_files_and_a_few_requests_for_each_folder(self):
        for name, content in self.files().items():
            self.world.put(name, content)
        folder = self.mirror()
        for name, content in self.files().items():
            self.assertEqual((folder / name).read_bytes(), content)
        cost = collections.Counter(self.proxy.operations())
        self.assertEqual(cost.pop("GetObject"), FILES)
        # The top is listed; each folder too, and it is entered and asked for its time (MDTM), which
        # takes a look for a file of that name and one for the folder.
        self.assertLessEqual(cost.total(), 1 + 4 * len(FOLDERS), cost)

    def test_a_tree_that_is_uploaded_costs_its_files_twice_and_a_few_requests_for_each_folder(self):
        folder = self.world.root / "mirror"
        for name, content in self.files().items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        self.mirror("-R", "--no-perms")
        for name, content in self.files().items():
            self.assertEqual(self.world.content(name), content)
        cost = collections.Counter(self.proxy.operations())
        # Each folder has a marker.
        self.assertEqual(cost.pop("PutObject"), FILES + len(FOLDERS))
        # After each file lftp sends MFMT, for which the file is looked for.
        self.assertLessEqual(cost.total(), FILES + 1 + 4 * len(FOLDERS), cost)


class RequestsToOss(OnOss, Requests, StoreCase):
    pass


class RequestsToCeph(OnCeph, Requests, StoreCase):
    pass


class ListingRequestsToOss(OnOss, ListingRequests, StoreCase):
    pass


class ListingRequestsToCeph(OnCeph, ListingRequests, StoreCase):
    pass


class MirrorRequestsToOss(OnOss, MirrorRequests, StoreCase):
    pass


class MirrorRequestsToCeph(OnCeph, MirrorRequests, StoreCase):
    pass
