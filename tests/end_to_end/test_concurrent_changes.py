"""What is several requests to the store, with another session's change in between: nothing that was
acknowledged is lost, and the reply says what has come of it.
"""

import asyncio
import threading

from store_harness.case import OnCeph, OnOss, StoreCase

OLD, NEW = b"the old content", b"what was stored meanwhile"
PATIENCE = 3.0  # for another session, which may have to wait for the rename's end


def after_it(act):
    """A fault of the proxy: `act` happens when the store has answered, and before that is known."""
    async def fault(exchange):
        body = await exchange.take_body()
        head, answer_body = await exchange.receive(await exchange.ask(body))
        exchange.proxy.answered(exchange.request, head.status)
        await asyncio.get_running_loop().run_in_executor(None, act)
        await exchange.client.send(head.raw + answer_body)
    return fault


class ConcurrentChanges:
    def setUp(self):
        super().setUp()
        self.world.put("source.bin", OLD)
        self.wire = self.world.connect()

    def rename_while(self, act):
        rule = self.proxy.on("CopyObject", after_it(act))
        self.wire.say("RNFR source.bin", 350)
        reply = self.wire.say("RNTO target.bin")
        self.assertEqual(rule.met, 1)
        return reply

    def test_an_upload_between_the_copy_and_the_deletion_is_not_lost(self):
        other = self.world.connect()
        upload = threading.Thread(target=other.upload, args=("STOR source.bin", NEW), daemon=True)

        def begin_upload():
            upload.start()
            upload.join(PATIENCE)
        self.rename_while(begin_upload)
        upload.join(60)
        self.assertFalse(upload.is_alive())
        self.assertIn(NEW, (self.world.content("source.bin"), self.world.content("target.bin")))

    def test_what_others_store_without_the_gateway_in_between_is_not_lost(self):
        self.rename_while(lambda: self.world.put("source.bin", NEW))
        self.assertEqual(self.world.content("source.bin"), NEW)

    def test_a_rename_that_is_refused_has_not_made_its_target(self):
        reply = self.rename_while(lambda: self.world.remove("source.bin"))
        self.assertIsNone(self.world.content("source.bin"))
        self.assertEqual(self.world.content("target.bin"), OLD if reply.code == 250 else None)

    def test_a_deletion_in_between_comes_after_the_rename(self):
        other = self.world.connect()
        deleted, waited = [], []
        deletion = threading.Thread(
            target=lambda: deleted.append(other.say("DELE source.bin").code), daemon=True)

        def begin_deletion():
            deletion.start()
            deletion.join(PATIENCE)
            waited.append(deletion.is_alive())
        # The two replies come at the same time, on two connections: whose comes first means nothing.
        self.assertEqual(self.rename_while(begin_deletion).code, 250)
        self.assertEqual(waited, [True])
        deletion.join(60)
        self.assertEqual(deleted, [550])
        self.assertEqual(self.world.content("target.bin"), OLD)

    def test_a_rename_that_nobody_disturbs_moves_the_content(self):
        self.assertEqual(self.rename_while(lambda: None).code, 250)
        self.assertIsNone(self.world.content("source.bin"))
        self.assertEqual(self.world.content("target.bin"), OLD)

    def upload_that_is_replaced(self):
        """In parts, which another one replaces when the store has just completed it."""
        other = self.world.connect()
        rule = self.proxy.on("CompleteMultipartUpload",
                             after_it(lambda: other.upload("STOR source.bin", NEW)))
        outcome = self.world.try_upload("source.bin", self.world.bytes_of("large", "old"))
        self.assertEqual(rule.met, 1)
        self.assertEqual(outcome.content, NEW)
        self.assertEqual(outcome.orphans, 0)
        return outcome


class ConcurrentChangesOnOss(OnOss, ConcurrentChanges, StoreCase):
    def test_an_upload_that_another_replaces_at_once_has_succeeded(self):
        self.assertEqual(self.upload_that_is_replaced().code, 226)


class ConcurrentChangesOnCeph(OnCeph, ConcurrentChanges, StoreCase):
    def test_an_upload_that_another_replaces_at_once_has_succeeded(self):
        self.assertEqual(self.upload_that_is_replaced().code, 226)
