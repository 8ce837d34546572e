"""A gateway whose access key may do little in the store: what it may is enough for what the user
does, and what it may not is told.

Ceph is told so by a policy for an account of its own. The OSS server knows no policies: there the
proxy refuses in its place.
"""

import copy
import json
import re
import subprocess

from curl import Curl
from harness.case import ServerCase
from harness.configuration import BUCKET
from harness.content import tricky_bytes
from store_harness import engines
from store_harness.faults import refuse
from store_harness.proxy import ALWAYS
from store_harness.world import World

OPERATIONS = (
    "PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload",
    "AbortMultipartUpload", "GetObject", "HeadObject", "DeleteObject", "DeleteObjects",
    "CopyObject", "UploadPartCopy", "ListObjects", "ListMultipartUploads", "ListParts")
# What a right allows, of the operations.
ALLOWED = {
    "PutObject": {"PutObject", "CreateMultipartUpload", "UploadPart", "CompleteMultipartUpload"},
    "GetObject": {"GetObject", "HeadObject"},
    "ListObjects": {"ListObjects"},
}
S3_ACTIONS = {
    "PutObject": "s3:PutObject", "GetObject": "s3:GetObject", "ListObjects": "s3:ListBucket"}
# Commands that look for the name before they do what they are for; that may be refused already.
LOOKS_FIRST = ("DELE", "MKD")


class ByProxy:
    engine_kind = engines.Oss
    store_options = ""

    def allow(self, rights):
        allowed = set().union(*(ALLOWED[right] for right in rights))
        return self.engine, lambda proxy: [
            proxy.on(operation, refuse(403, "AccessDenied"), times=ALWAYS)
            for operation in OPERATIONS if operation not in allowed]


class ByPolicy:
    engine_kind = engines.Ceph
    # An object belongs to the account that has put it; the bucket's owner shall read it, too.
    store_options = 'acl = "bucket-owner-full-control"\n'

    def allow(self, rights):
        """An account of the store that has those rights and no others."""
        account = copy.copy(self.engine)
        account.key_id = f"KEYFOR{'AND'.join(rights).upper()}"
        account.secret = f"secret/of+{account.key_id}"
        name = account.key_id.lower()
        subprocess.run(
            ["radosgw-admin", "-c", self.engine.folder / "radosgw" / "ceph.conf", "-n",
             "client.admin", "user", "create", f"--uid={name}", f"--display-name={name}",
             f"--access-key={account.key_id}", f"--secret-key={account.secret}"],
            check=True, capture_output=True, timeout=60)
        statement = {
            "Effect": "Allow", "Principal": {"AWS": [f"arn:aws:iam:::user/{name}"]},
            "Action": [S3_ACTIONS[right] for right in rights],
            "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]}
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        answer = self.engine.client.call("PUT", query={"policy": ""},
                                         body=json.dumps(policy).encode())
        self.assertEqual(answer.status // 100, 2, answer.body)
        self.addClassCleanup(self.engine.client.call, "DELETE", query={"policy": ""})
        return account, lambda proxy: None


class FewRights:
    rights = ()
    _allowed = {}

    def setUp(self):
        self.engine = engines.started(self.engine_kind)
        if type(self) not in self._allowed:
            self._allowed[type(self)] = self.allow(self.rights)
        account, restrict = self._allowed[type(self)]
        self.world = World(account, self.id(), store_options=self.store_options)
        self.addCleanup(self.world.stop)
        restrict(self.world.proxy)
        self.world.engine = self.engine  # to look at the store with all rights
        self.daemon = self.world.start().gateway
        super().setUp()
        self.old = self.world.put("old.bin", b"the old content")
        self.wire = self.world.connect()

    def test_a_login_needs_no_right(self):
        self.wire.say("PWD", 257)
        self.wire.say("TYPE I", 200)
        self.wire.say("FEAT", 211)
        self.assertEqual(self.world.proxy.operations(), [])

    def refusals(self):
        """(what the client tries, the action that the store refuses)"""
        return [(command, action) for command, action in (
            ("RETR old.bin", "GetObject"), ("SIZE old.bin", "HeadObject"),
            ("LIST", "ListObjects"), ("MLSD", "ListObjects"),
            ("STOR old.bin", "PutObject"), ("MKD folder", "PutObject"),
            ("DELE old.bin", "DeleteObject"),
        ) if action not in self.allowed()]

    def allowed(self):
        return set().union(*(ALLOWED[right] for right in self.rights))

    def refused(self, command):
        if command.split()[0] not in ("RETR", "LIST", "MLSD", "STOR"):
            return self.wire.say(command)
        with self.wire.passive() as data:
            reply = self.wire.say(command)
            if reply.code != 150:
                return reply
            if command.startswith("STOR"):
                data.sendall(b"new")
        return self.wire.reply()

    def test_what_is_refused_is_told_to_the_operator(self):
        for command, action in self.refusals():
            with self.subTest(command):
                self.daemon.log.write_text("")
                self.assertEqual(self.refused(command).code, 550)
                lines = self.world.log_lines("the store refused or failed", "status=403")
                told = [line for line in lines if " warning " in line and "bucket=files" in line
                        and "give the access key the right to this action" in line]
                self.assertTrue(told, lines)
                named = re.search(r" action=(\w+) ", told[0])[1]
                if command.split()[0] in LOOKS_FIRST:
                    self.assertIn(named, set(OPERATIONS) - self.allowed())
                else:
                    self.assertEqual(named, action)
        self.assertEqual(self.world.content("old.bin"), self.old)

    def test_what_is_refused_is_told_to_the_user(self):
        for command, _ in self.refusals():
            with self.subTest(command):
                reply = self.refused(command)
                self.assertTrue(any(name in reply.lines[-1] for name in OPERATIONS),
                                reply.lines)


class Uploader(FewRights):
    rights = ("PutObject",)

    def test_uploads_need_the_right_to_put_only(self):
        for size in (0, 1000, self.engine.large):
            for name in ("old.bin", "new.bin", "new folder/new.bin"):
                with self.subTest(size=size, name=name):
                    content = tricky_bytes(size, name)
                    self.wire.upload(f"STOR {name}", content)
                    self.assertEqual(self.world.content(name), content)

    def test_curl_uploads_to_the_top(self):
        self.upload_by_curl("new.bin")

    # It enters the folder first (CWD), and the store refuses to list it.
    def test_curl_uploads_into_a_folder(self):
        self.upload_by_curl("folder/new.bin")

    def upload_by_curl(self, name):
        Curl(self.daemon.port, name, "--max-time", "60").upload([b"new"])
        self.assertEqual(self.world.content(name), b"new")


class Reader(FewRights):
    rights = ("ListObjects", "GetObject")

    def test_all_can_be_looked_at_and_read(self):
        content = self.world.put("folder/new.bin", tricky_bytes(1000, "new"))
        self.assertEqual(self.wire.download("RETR old.bin"), self.old)
        self.wire.say("SIZE old.bin", 213)
        self.wire.say("MDTM old.bin", 213)
        self.wire.say("MLST old.bin", 250)
        for command in ("LIST", "NLST", "MLSD"):
            listing = self.wire.download(command)
            self.assertIn(b"old.bin", listing)
            self.assertIn(b"folder", listing)
        self.wire.say("CWD folder", 250)
        self.assertEqual(self.wire.names(), {"new.bin"})
        self.assertEqual(self.wire.download("RETR new.bin"), content)
        self.wire.say("REST 400", 350)
        self.assertEqual(self.wire.download("RETR new.bin"), content[400:])


class UploaderOnOss(ByProxy, Uploader, ServerCase):
    pass


class UploaderOnCeph(ByPolicy, Uploader, ServerCase):
    pass


class ReaderOnOss(ByProxy, Reader, ServerCase):
    pass


class ReaderOnCeph(ByPolicy, Reader, ServerCase):
    pass
