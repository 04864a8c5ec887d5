# tests/runtime/waiting.py - requests that wait: parked, woken, dropped
import threading
import time

from server import SLOW, Server, until


def parked(s, n):
    return until(lambda: s.metric("mf_parked") == n, 10)


def two_thousand_wait_and_wake(note):
    """In one process of eight threads; most of their descriptors are past 1024."""
    with Server(MF_PROCESSES=1) as s:
        before = s.metric("mf_resident_bytes")
        waiting = [s.client.start("GET", f"/test/park?channel=c{i % 50}&ms=60000")
                   for i in range(2000)]
        assert parked(s, 2000), s.metric("mf_parked")
        more = s.metric("mf_resident_bytes") - before
        begin = time.monotonic()
        for _ in range(200):
            assert s.client.get("/test/empty").status == 200
        short = (time.monotonic() - begin) / 200
        begin = time.monotonic()
        for i in range(50):
            s.client.post(f"/test/ring?channel=c{i}")
        assert all(w.wait().text.startswith("rung") for w in waiting)
        woken = time.monotonic() - begin
        note(f"{more / 2000 / 1024:.1f} KiB each, all woken in {woken * 1000:.0f} ms, "
             f"short requests meanwhile {short * 1e6:.0f} us")
        assert woken < 5 * SLOW and parked(s, 0)


def rings_cross_processes(note):
    with Server(MF_PROCESSES=4) as s:
        worst = 0
        for turn in range(5):
            waiting = [s.client.start("GET", f"/test/park?channel=t{turn}&ms=20000")
                       for _ in range(40)]
            assert parked(s, 40)
            begin = time.monotonic()
            s.client.post(f"/test/ring?channel=t{turn}")
            assert all(w.wait().text.startswith("rung") for w in waiting)
            worst = max(worst, time.monotonic() - begin)
        note(f"40 waiters in 4 processes, at worst {worst * 1000:.1f} ms")
        assert worst < 0.5 * SLOW


def no_ring_is_lost(note):
    """A row and a ring may fall between a handler's look and its parking: it must be seen."""
    with Server(MF_PROCESSES=3, MF_DB_CONNECTIONS=20) as s:
        slowest, lock = [0.0], threading.Lock()

        def pairs(number):
            for i in range(60):
                waiter = s.client.start("GET", f"/test/wait?channel=p{number}.{i}&ms=20000")
                if i % 3:
                    time.sleep(i % 7 / 2000)
                begin = time.monotonic()
                s.client.post(f"/test/put?channel=p{number}.{i}")
                text = waiter.wait().text
                with lock:
                    slowest[0] = max(slowest[0], time.monotonic() - begin)
                assert text.startswith("1 "), text

        threads = [threading.Thread(target=pairs, args=(n,)) for n in range(8)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        note(f"480 pairs, the slowest {slowest[0] * 1000:.0f} ms")
        assert slowest[0] < 5 * SLOW


def deadlines_and_rechecks(_):
    with Server() as s:
        begin = time.monotonic()
        waiting = [s.client.start("GET", f"/test/park?channel=d&ms={ms}") for ms in (400, 100, 250)]
        waiting[1].wait()
        assert 0.09 < time.monotonic() - begin < 0.25 * SLOW
        assert waiting[0].wait().text.startswith("over") and waiting[2].wait().status == 200
        assert s.client.get("/test/park?channel=d&ms=0").text == "over after 0 ms\n"


def who_hangs_up_is_dropped(_):
    with Server(MF_PROCESSES=1) as s:
        waiting = [s.client.start("GET", "/test/park?channel=h&ms=60000") for _ in range(100)]
        assert parked(s, 100)
        for w in waiting:
            w.close()
        assert parked(s, 0)
        assert until(lambda: 'status="4xx"} 100' in s.client.get("/metrics").text)
        assert until(lambda: s.metric("mf_sessions") <= 1)


def too_many_do_not_wait(_):
    with Server(MF_PROCESSES=1, MF_PARKED_MAX=10) as s:
        waiting = [s.client.start("GET", "/test/park?channel=m&ms=60000") for _ in range(10)]
        assert parked(s, 10)
        begin = time.monotonic()
        assert s.client.get("/test/park?channel=m&ms=60000").text.startswith("hurried")
        assert time.monotonic() - begin < 1 * SLOW
        s.client.post("/test/ring?channel=m")
        assert all(w.wait().text.startswith("rung") for w in waiting)


def rings_cross_hosts(note):
    """Two pools on one database are two hosts."""
    with Server() as a, Server() as b:
        def crosses():
            waiter = a.client.start("GET", "/test/park?channel=far&ms=1500")
            parked(a, 1)
            begin = time.monotonic()
            b.client.post("/test/ring?channel=far")
            crosses.took = time.monotonic()
            rung = waiter.wait().text.startswith("rung")
            crosses.took = time.monotonic() - begin
            return rung
        assert until(crosses, 20)  # once both have their connections
        assert crosses()
        note(f"{crosses.took * 1000:.1f} ms")
        assert crosses.took < 0.2 * SLOW


ALL = [two_thousand_wait_and_wake, rings_cross_processes, no_ring_is_lost, deadlines_and_rechecks,
       who_hangs_up_is_dropped, too_many_do_not_wait, rings_cross_hosts]
