# tests/crash/model.py - what a key may hold, given which operations were answered
#
# A state is the SHA-256 of the object, or None: no object.  An answered operation leaves one
# allowed state; one without a clear answer adds its outcome to what was allowed.  Such a key rests
# for a while, so that what is still under way in a database that lost its client has ended, and is
# then read: what is read must be allowed, and becomes the one state.
import hashlib
import random
import time

REST = 2.0
SIZES = [0, 1024, 65536, 65537, 1 << 20, 8 << 20]
WEIGHTS = [10, 40, 20, 15, 12, 3]


class Torn(Exception):
    """A key holds what it must not hold."""


class Key:
    def __init__(self, name):
        self.name, self.allowed, self.rests_until = name, {None}, 0.0
        self.versions = {}  # by id: what was acknowledged with it, and is never deleted

    @property
    def settled(self):
        return len(self.allowed) == 1

    def acknowledged(self, state):
        self.allowed = {state}

    def in_doubt(self, state):
        self.allowed = self.allowed | {state}
        self.rests_until = time.monotonic() + REST

    def read(self, state):
        if state not in self.allowed:
            raise Torn(f"{self.name} holds {short(state)}, allowed: "
                       + ", ".join(short(s) for s in self.allowed))
        self.allowed = {state}


def short(state):
    return "nothing" if state is None else state[:12]


def digest(body):
    return hashlib.sha256(body).hexdigest()


def make_body(rng):
    return random.Random(rng.getrandbits(64)).randbytes(rng.choices(SIZES, WEIGHTS)[0])
