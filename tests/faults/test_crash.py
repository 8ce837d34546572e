"""kill -9 at random points during many uploads, then: every 226 was true, nothing is a mixture.

CRASH_ROUNDS sets the number of rounds, CRASH_SEED repeats a run's choices (not its timing).
"""

import os
import random

from crash_world import ABSENT, Expectations, Plug, Uploader
from fault_case import FaultCase
from harness.content import sha256_of
from harness.wire import Wire

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "8"))
SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(1 << 32))
UPLOADERS = 8


class Crashes(FaultCase):
    durability = "fsync"

    def test_after_kill_9_each_name_shows_its_old_or_its_new_content(self):
        print(f"\ncrash test: CRASH_SEED={SEED} CRASH_ROUNDS={ROUNDS}", flush=True)
        generator = random.Random(SEED)
        expectations = Expectations()
        contents = [{} for _ in range(UPLOADERS)]
        left_behind = 0
        for number in range(ROUNDS):
            plug = Plug(self.daemon, generator)
            self.crash_once(number, plug, expectations, contents)
            left_behind += self.unpublished()
            self.daemon.start()
            try:
                self.assertEqual(self.unpublished(), 0, "leftovers are swept at start")
                self.check(expectations, contents)
            except AssertionError as error:
                self.fail(f"round {number}, killed after {plug.point}, seed {SEED}: {error}")
        print(f"crash test: {expectations.confirmed} confirmed uploads survived {ROUNDS} crashes, "
              f"{left_behind} bytes of unfinished ones were swept", flush=True)
        if ROUNDS >= 8:
            self.assertGreater(left_behind, 0, "no crash ever hit an upload: the test is too tame")
        self.assert_serves()

    def crash_once(self, number, plug, expectations, contents):
        uploaders = [
            Uploader(self.daemon, each, f"{SEED} {number} {each}", expectations, contents[each],
                     plug)
            for each in range(UPLOADERS)]
        for uploader in uploaders:
            uploader.start()
        for uploader in uploaders:
            uploader.join()
        problems = [repr(uploader.problem) for uploader in uploaders if uploader.problem]
        self.assertEqual(problems, [], f"before the plug was pulled, seed {SEED}")
        self.assertTrue(plug.pulled.is_set())

    def check(self, expectations, contents):
        """Over FTP, as a client sees it; then that nothing else is visible."""
        shown = {}
        with Wire(self.daemon) as wire:
            has_sha256 = any("XSHA256" in line for line in wire.say("FEAT", 211).lines)
            for name in sorted(expectations.allowed):
                content = self.retrieve(wire, name)
                digest = ABSENT if content is None else sha256_of(content)
                self.assertIn(digest, expectations.of(name), name)
                if digest is not ABSENT:
                    shown[name] = content
                    if len(expectations.of(name)) > 1 and has_sha256:
                        reported = wire.say(f"XSHA256 {name}", 213, 250).lines[-1].split()[-1]
                        self.assertEqual(reported.lower(), digest, f"remembered hash of {name}")
                expectations.settle(name, digest)
            self.assertEqual(self.visible(wire), set(shown))
        for each, known in enumerate(contents):
            known.clear()
            known.update({name: content for name, content in shown.items()
                          if name.startswith(f"overwritten-{each}-")})

    def retrieve(self, wire, name):
        with wire.passive() as data:
            reply = wire.say(f"RETR {name}", 150, 125, 550)
            if reply.code == 550:
                return None
            content = b"".join(iter(lambda: data.recv(1 << 18), b""))
        wire.expect(226)
        return content

    def visible(self, wire):
        """Every file that a client can find."""
        files = set()
        for line in wire.download("MLSD").decode().splitlines():
            facts, name = line.split(" ", 1)
            if "type=file;" in facts.lower():
                files.add(name)
            elif "type=dir;" in facts.lower():
                files |= {f"{name}/{inner}" for inner in wire.names(name)}
        return files
