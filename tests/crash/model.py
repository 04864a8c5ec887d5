# tests/crash/model.py - what a key may hold, given which operations were answered
#
# A state is the SHA-256 of the object and its tag, or None: no object.  An answered operation
# leaves one allowed state; one without a clear answer adds its outcome to what was allowed.  Such a
# key rests for a while, so that what is still under way in a database that lost its client has
# ended, and is then read: what is read must be allowed, and becomes the one state.
import hashlib
import random
import time
import typing

REST, LONGEST_REST = 2.0, 6.0
SIZES = [0, 1024, 65536, 65537, 1 << 20, 8 << 20]
WEIGHTS = [10, 40, 20, 15, 12, 3]


class State(typing.NamedTuple):
    digest: str
    tag: str = ""  # the value of its one tag; "": it has none


class Torn(Exception):
    """A key holds what it must not hold."""


class Pace:
    """How long what a client gave up may still be under way: a multiple of what requests take."""

    def __init__(self):
        self.longest = 0.0

    def took(self, seconds):
        self.longest = max(self.longest, seconds)

    @property
    def rest(self):
        return min(max(REST, 3 * self.longest), LONGEST_REST)


pace = Pace()


class Key:
    def __init__(self, name):
        self.name, self.allowed, self.rests_until = name, {None}, 0.0
        self.versions = {}  # by id: the digest that was acknowledged with it
        self.gone, self.unsure = set(), set()  # versions whose deletion was, or may have been, done

    @property
    def settled(self):
        return len(self.allowed) == 1

    @property
    def present(self):
        """The object's state, None where it is not known or there is none."""
        return next(iter(self.allowed)) if self.settled else None

    def acknowledged(self, state):
        self.allowed = {state}

    def in_doubt(self, state):
        self.allowed = self.allowed | {state}
        self.rests_until = time.monotonic() + pace.rest

    def read(self, state):
        if state not in self.allowed:
            raise Torn(f"{self.name} holds {short(state)}, allowed: "
                       + ", ".join(short(s) for s in self.allowed))
        self.allowed = {state}


def short(state):
    return "nothing" if state is None else f"{state.digest[:12]} tagged {state.tag!r}"


def digest(body):
    return hashlib.sha256(body).hexdigest()


def make_body(rng):
    return random.Random(rng.getrandbits(64)).randbytes(rng.choices(SIZES, WEIGHTS)[0])
