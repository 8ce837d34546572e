"""What S3 signatures say of bodies, as the option `payload` wants it, and the store believes it."""

import hashlib

from store_harness.case import OnCeph, StoreCase

UNSIGNED = "UNSIGNED-PAYLOAD"
HASH = r"^[0-9a-f]{64}$"


class Payload(OnCeph):
    def payloads(self, operation):
        found = [request.head.headers.get("x-amz-content-sha256")
                 for request in self.proxy.requests if request.operation == operation]
        self.assertTrue(found, operation)
        return found

    def upload(self):
        self.small = self.world.bytes_of("small", "small")
        wire = self.world.connect()
        wire.upload("STOR small.bin", self.small)
        large = self.world.bytes_of("large", "large")
        wire.upload("STOR large.bin", large)
        self.assertEqual(self.world.content("small.bin"), self.small)
        self.assertEqual(self.world.content("large.bin"), large)


class PayloadByItself(Payload, StoreCase):
    def test_documents_are_hashed_and_files_have_their_md5(self):
        self.upload()
        self.assertEqual(self.payloads("PutObject"), [UNSIGNED])
        self.assertEqual(set(self.payloads("UploadPart")), {UNSIGNED})
        self.assertRegex(self.payloads("CompleteMultipartUpload")[0], HASH)


class PayloadHashed(Payload, StoreCase):
    store_options = 'payload = "sha256"\n'

    def test_all_bodies_are_hashed(self):
        self.upload()
        self.assertEqual(self.payloads("PutObject"), [hashlib.sha256(self.small).hexdigest()])
        for operation in ("UploadPart", "CreateMultipartUpload", "CompleteMultipartUpload"):
            for payload in self.payloads(operation):
                self.assertRegex(payload, HASH, operation)


class PayloadUnsigned(Payload, StoreCase):
    store_options = 'payload = "unsigned"\n'

    def test_no_body_is_hashed(self):
        self.upload()
        for operation in ("PutObject", "UploadPart", "CompleteMultipartUpload"):
            self.assertEqual(set(self.payloads(operation)), {UNSIGNED}, operation)
