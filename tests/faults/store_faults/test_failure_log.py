"""What the operator finds in the log when a store refuses, and what must never be in it."""

from store_harness import faults
from store_harness.case import OnCeph, OnOss, StoreCase
from store_harness.faults import REQUEST_ID, refuse
from store_harness.proxy import ALWAYS

REFUSALS = (
    (403, "AccessDenied", "give the access key the right"),
    (403, "InvalidAccessKeyId", "check the store's access key"),
    (403, "SignatureDoesNotMatch", "check the store's access key"),
    (503, "SlowDown", "lower the store's"),
)


class FailureLog:
    # A key that is not printed as it is.
    name = "file with spaces \u6587.bin"

    def provoke(self, fault, size="small"):
        self.proxy.clear()
        for operation in ("PutObject", "UploadPart"):
            self.proxy.on(operation, fault, times=ALWAYS)
        return self.world.try_upload(self.name, self.world.bytes_of(size, "content"))

    def test_a_refusal_is_told_with_all_that_finds_it_again(self):
        for status, code, advice in REFUSALS:
            with self.subTest(code):
                self.provoke(refuse(status, code))
                lines = self.world.log_lines("the store refused or failed", f"code={code}")
                self.assertTrue(lines)
                for part in ("store=cloud", "bucket=files", f"{self.world.prefix}{self.name}",
                             "action=PutObject", f"status={status}", f"request={REQUEST_ID}",
                             advice):
                    self.assertIn(part, lines[-1])
                self.assertIn(" warning ", lines[-1])

    def test_a_connection_that_breaks_is_told_with_the_reason(self):
        self.provoke(faults.cut_request)
        lines = self.world.log_lines("the store refused or failed", "action=PutObject")
        self.assertTrue(lines)
        for part in (" warning ", "store=cloud", "bucket=files", self.name, "status=0",
                     'reason="Server returned nothing'):
            self.assertIn(part, lines[-1])

    def test_the_secret_is_never_told(self):
        for fault in (refuse(403, "SignatureDoesNotMatch"), refuse(403, self.engine.expired),
                      faults.cut_request, faults.captive_portal):
            for size in ("small", "large"):
                self.provoke(fault, size)
        self.assertTrue(self.world.log_lines("signed was"))
        log = self.world.gateway.log.read_text(errors="replace")
        self.assertNotIn(self.engine.secret, log)
        self.assertNotIn(self.engine.secret, (self.world.root / "output").read_text())


class FailureLogOfOss(OnOss, FailureLog, StoreCase):
    pass


class FailureLogOfCeph(OnCeph, FailureLog, StoreCase):
    pass
