"""A user sees and changes what lies below the own prefix, and nothing else, by whatever command and
however the path is written: no request for any other key reaches the store.
"""

import re
import urllib.parse

from harness.configuration import BUCKET, PASSWORD, hash_password
from harness.wire import Wire, end, read_all
from store_harness.case import OnCeph, OnOss, StoreCase

AREA = "confinement/"
OWN = f"{AREA}team/"
OTHERS = f"{AREA}team2/"
INTRUDER = "mallory"
SECRET = b"what only the other team may know" * 37
SECRET_SIZE = rf"\b{len(SECRET)}\b"

# The prefix has no slash at its end: it is a folder's name, not the beginning of any name.
SECTIONS = f"""
[[user]]
name = "{INTRUDER}"
password_hash = '{hash_password(PASSWORD)}'
rights = ["all", "remove_tree", "sign", "acl", "restore", "link", "class", "tags"]
mkd_existing = "accept"

[[user.mount]]
path = "/"
store = "cloud"
bucket = "{BUCKET}"
prefix = "{OWN.rstrip('/')}"
"""

FILE, FOLDER, NEW = "secret.txt", "folder", "new.txt"

# How a name of the other team may be written. {} is it as seen from the folder that holds both.
WAYS = (
    "/{}", "//{}", "{}", "./{}", "~/{}", "~alice/{}",
    "../{}", "/../{}", "./../{}", "/./../{}", "..//{}", "/..//./{}", "../../../../../../{}",
    "../../files/" + AREA + "{}", "/files/" + AREA + "{}", "/" + AREA + "{}", BUCKET + ":{}",
    "../../../{}", "../../..//{}", "sub/../../{}", "/sub/../../{}", "sub/inner/../../../{}",
    "own.txt/../../{}", "missing/../../{}", "~/../{}", "sub/..//../{}", "../team/../{}",
    ".../{}", "..../{}", "....//{}", ". ./{}", ".. /{}", " ../{}", "..;/{}", "..\t/{}",
    "..\0/{}", "..\u200b/{}", "\uff0e\uff0e/{}", "\u2025/{}", "..\uff0f{}", "..\u2215{}",
    b"\xc0\xae\xc0\xae/{}", b"..\xc0\xaf{}", b"..\xe0\x80\xaf{}", b"\xff..\xff/{}",
    "%2e%2e/{}", "%2e%2e%2f{}", "..%2f{}", "/..%2F{}", "%252e%252e%252f{}", "%c0%ae%c0%ae/{}",
    "..\\{}", "\\..\\{}", "..\\..\\..\\{}", "sub\\..\\..\\{}", "C:\\..\\{}", "\\\\{}",
    "own.txt -> ../{}", "sub -> /{}", '"../{}"', "'../{}'", "`../{}`", "$(../{})", "../{}*",
    "../*/../{}", "../{}?versionId=null", "?prefix=" + AREA + "{}", "../{}#", "../{}/", "../{}/.",
    "own.txt?x-oss-process=../{}", "http://127.0.0.1/" + BUCKET + "/" + AREA + "{}",
)
# The rest of the other folder's name, for which only the own one's slash is missing.
SIBLING_WAYS = ("2/{}", "/2/{}", "./2/{}", "../team2/{}", "..2/{}", "../2/{}", "\b2/{}")

ON_NAMES = (
    "SIZE {}", "MDTM {}", "MLST {}", "STAT {}", "STAT -la {}", "HASH {}", "XCRC {}", "XMD5 {}",
    "XSHA {}", "XSHA1 {}", "XSHA256 {}", "XSHA512 {}", "AVBL {}", "SMNT {}",
    "MDTM 20200102030405 {}", "MFMT 20200102030405 {}", "SITE CHMOD 777 {}",
    "SITE UTIME 20200102030405 {}",
    "SITE UTIME {} 20200102030405 20200102030405 20200102030405 UTC",
    "SITE CPFR {}", "SITE CPTO stolen", "SITE CPFR own.txt", "SITE CPTO {}", "SITE COPY {} stolen",
    "SITE COPY own.txt {}", "SITE SYMLINK {} stolen", "SITE SYMLINK own.txt {}",
    "SITE READLINK {}", "SITE EXEC cat {}", "SITE RMDIR {}", "SITE DU {}", "SITE QUOTA {}",
    "SITE REFRESH {}", "SITE HEAD {}", "SITE META {}", "SITE META {} a=b", "SITE TAGS {}",
    "SITE TAGS {} a=b", "SITE ACL {}", "SITE ACL {} public-read", "SITE CLASS {} STANDARD",
    "SITE SIGN {}", "SITE RESTORE {}", "SITE VERSIONS {}", "SITE PARTS {}",
    "SITE PARTS {} ABORT 1",
)
DOWNLOADS = ("RETR {}", "LIST {}", "LIST -aR {}", "NLST {}", "NLST -R {}", "MLSD {}")
UPLOADS = ("STOR {}", "APPE {}", "STOU {}")
CHANGES = ("MKD {}", "XMKD {}", "DELE {}", "RMD {}", "XRMD {}")
IN_DIALOGUES = {"CWD", "XCWD", "RNFR", "RNTO", "REST"}

WITHOUT_PATH = set(
    "ABOR ACCT ALLO AUTH CCC CDUP CLNT EPRT EPSV FEAT HELP HOST MODE NOOP OPTS PASS PASV PBSZ PORT "
    "PROT PWD QUIT REIN STRU SYST TYPE USER XCUP XPWD".split())

WITH_KEY = {"PutObject", "GetObject", "HeadObject", "DeleteObject", "CopyObject",
            "CreateMultipartUpload", "UploadPart", "UploadPartCopy", "CompleteMultipartUpload",
            "AbortMultipartUpload", "GetObjectAcl", "PutObjectAcl", "GetObjectTagging",
            "PutObjectTagging", "GetSymlink", "PutSymlink", "RestoreObject", "ListParts"}
OF_PREFIX = {"ListObjects", "ListMultipartUploads", "ListObjectVersions"}
OF_LISTED = {"DeleteObjects"}  # what it deletes a listing has told, and is compared at the end


def written(way, name, command="{}"):
    """The command's line as bytes."""
    if isinstance(way, str):
        way = way.encode()
    path = way.replace(b"{}", name.encode())
    if b"\\" in way:
        path = path.replace(b"/", b"\\")
    return command.encode().replace(b"{}", path) + b"\r\n"


def strays(request):
    """What a request touches outside of the own prefix, or ''."""
    names = []
    if request.operation in WITH_KEY:
        names.append(request.key)
    elif request.operation in OF_PREFIX:
        names.append(request.query.get("prefix", ""))
    elif request.operation not in OF_LISTED:
        return f"{request.operation}, which this test does not know"
    for header, value in request.head.headers.items():
        if header.endswith("-copy-source"):
            names.append(urllib.parse.unquote(value).lstrip("/").removeprefix(f"{BUCKET}/"))
    if request.bucket != BUCKET:
        return f"bucket {request.bucket}"
    wrong = [name for name in names
             if not name.startswith(OWN) or {".", ".."} & set(name.split("/"))]
    return f"{request.operation} {wrong}" if wrong else ""


class Confinement:
    prefix = OTHERS
    sections = SECTIONS

    def setUp(self):
        super().setUp()
        for name, content in {
                f"{OTHERS}{FILE}": SECRET, f"{OTHERS}{FOLDER}/": b"",
                f"{OTHERS}{FOLDER}/{FILE}": SECRET, f"{AREA}team.txt": SECRET,
                f"{AREA}{FILE}": SECRET, f"{AREA}team2": SECRET}.items():
            self.engine.put(name, content)
        self.put_own()
        self.wire = Wire(self.daemon, login=False)
        self.addCleanup(self.wire.control.close)
        self.wire.say(f"USER {INTRUDER}", 331)
        self.wire.say(f"PASS {PASSWORD}", 230)
        self.proxy.clear()

    def put_own(self):
        for name in ("own.txt", "sub/inner/own.txt"):
            self.engine.put(OWN + name, b"own")

    def outside(self):
        """All that does not belong to the intruder, without the gateway."""
        return {key: self.engine.content(key) for key in self.engine.keys(AREA)
                if not key.startswith(OWN)}

    # -- what the intruder does

    def say(self, line):
        reply = self.wire.say(line)
        self.answers += reply.lines
        return reply

    def transfer(self, line, content=b""):
        with self.wire.passive() as data:
            if self.say(line).code not in (125, 150):
                return
            if content:
                data.sendall(content)
                end(data)
            self.answers.append(repr(read_all(data)))
        self.answers += self.wire.reply().lines

    def enter(self, way, folder):
        for command in ("CWD {}", "XCWD {}"):
            if self.say(written(way, folder, command)).code != 250:
                continue
            self.say("PWD")
            self.say(f"SIZE {FILE}")
            self.say(f"DELE {FILE}")
            self.say(f"CWD ../{folder}")
            self.say("CDUP")
            self.say("CDUP")
            self.transfer("NLST")
            self.transfer(f"STOR {FILE}", b"changed")
            self.say(f"DELE {FILE}")
            self.say("CWD /")

    def try_from_below(self, way, name):
        if self.say("CWD /sub/inner").code != 250:
            return
        self.say(written(way, name, "SIZE {}"))
        self.transfer(written(way, name, "RETR {}"))
        self.transfer(written(way, name, "STOR {}"), b"changed")
        self.say(written(way, name, "DELE {}"))
        self.say("CWD /")

    def rename(self, way, name):
        if self.say(written(way, name, "RNFR {}")).code == 350:
            self.say("RNTO stolen")
        if self.say("RNFR own.txt").code == 350:
            self.say(written(way, name, "RNTO {}"))

    def resume(self, way, name):
        self.say("REST 3")
        self.transfer(written(way, name, "RETR {}"))
        self.say("REST 3")
        self.transfer(written(way, name, "STOR {}"), b"changed")

    def try_all(self, way, team):
        for name in (f"{team}{FILE}", f"{team}{FOLDER}", f"{team}{FOLDER}/{FILE}"):
            for command in ON_NAMES:
                self.say(written(way, name, command))
            for command in DOWNLOADS:
                self.transfer(written(way, name, command))
        self.enter(way, f"{team}{FOLDER}")
        self.try_from_below(way, f"{team}{FILE}")
        for name in (f"{team}{FILE}", f"{team}{NEW}"):
            self.rename(way, name)
            for command in UPLOADS:
                self.transfer(written(way, name, command), b"changed")
            self.resume(way, name)
        for name in (f"{team}{NEW}", f"{team}{FOLDER}"):
            for command in CHANGES:
                self.say(written(way, name, command))

    # -- what must come of it

    def strays(self):
        return {strays(request) for request in self.proxy.requests} - {""}

    def test_no_command_reaches_what_lies_outside_the_users_prefix(self):
        before = self.outside()
        self.assertEqual(len(before), 6)
        ways = [(way, "team2/") for way in WAYS] + [(way, "") for way in SIBLING_WAYS]
        for way, team in ways:
            with self.subTest(way=way):
                self.answers = []
                self.put_own()
                self.proxy.clear()
                self.try_all(way, team)
                self.assertEqual(self.strays(), set())
                said = "\n".join(self.answers)
                self.assertNotIn(SECRET[:20].decode(), said)
                self.assertNotRegex(said, SECRET_SIZE)
        self.assertEqual(self.outside(), before)

    def test_every_command_that_takes_a_path_is_tried(self):
        help_text = " ".join(self.wire.say("HELP").lines[1:-1])
        known = set(re.findall(r"\b[A-Z][A-Z0-9]{2,}\b", help_text))
        rows = ON_NAMES + DOWNLOADS + UPLOADS + CHANGES
        tried = {row.split(" ")[0] for row in rows} | IN_DIALOGUES
        self.assertEqual(known - WITHOUT_PATH - tried, set())
        self.assertEqual(tried & WITHOUT_PATH, set())
        self.assertIn("RETR", known)

    def test_every_site_command_that_takes_a_path_is_tried(self):
        help_text = " ".join(self.wire.say("SITE HELP").lines[1:-1])
        known = set(re.findall(r"\b[A-Z]{2,}\b", help_text)) - {"HELP"}
        tried = {row.split(" ")[1] for row in ON_NAMES if row.startswith("SITE ")}
        self.assertEqual(known - tried, set())

    def test_the_other_team_reaches_its_own(self):
        # So what the intruder looks for is what the gateway can reach.
        wire = self.world.connect()
        self.assertEqual(wire.download(f"RETR {FILE}"), SECRET)
        self.assertEqual(wire.download(f"RETR {FOLDER}/{FILE}"), SECRET)
        self.assertEqual(len(self.strays()), 2)


class ConfinementOnOss(OnOss, Confinement, StoreCase):
    pass


class ConfinementOnCeph(OnCeph, Confinement, StoreCase):
    pass
