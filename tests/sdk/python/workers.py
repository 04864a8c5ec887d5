# tests/sdk/python/workers.py - the memory of the pool's workers
import os

MIB = 1 << 20


def workers():
    with open(f"{os.environ['TEST_DIR']}/var/run/pool.pid", encoding="utf-8") as f:
        pool = f.read().strip()
    with open(f"/proc/{pool}/task/{pool}/children", encoding="utf-8") as f:
        return f.read().split() or [pool]


def peak(pid):
    """The most memory a process ever had."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as f:
        for line in f:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


class Memory:
    """What the workers take besides what they had at first."""

    def __init__(self):
        self.before = {pid: peak(pid) for pid in workers()}

    def grown(self):
        """Of the worker that grew most, in bytes."""
        assert set(workers()) == set(self.before), "a worker died"
        return max(peak(pid) - had for pid, had in self.before.items())
