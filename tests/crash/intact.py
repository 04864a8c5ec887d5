# tests/crash/intact.py - what must be true of store and database when nothing is under way
import os
import time


def files(store):
    """(bodies, others): (environment, id) -> size of every stored body, and all other paths."""
    bodies, others = {}, []
    for where, _, names in os.walk(store):
        parts = os.path.relpath(where, store).split(os.sep)
        for name in names:
            path = os.path.join(where, name)
            if len(parts) == 2 and parts[1] == name[:2] and parts[1] != "tmp":
                bodies[(parts[0], name)] = os.path.getsize(path)
            else:
                others.append(os.path.relpath(path, store))
    return bodies, others


def collect(installation):
    """As cron does, but without grace: nothing writes now."""
    installation.program("mf-collect", "--now")


def collect_under_fire(installation):
    """The same, after several that were killed at some point of their work."""
    for milliseconds in (15, 20, 25, 30, 40, 60):
        with installation.start("mf-collect", "--now") as job:
            time.sleep(milliseconds / 1000)
            job.kill()
    collect(installation)


def findings(installation):
    """Sentences about what should not be there, or should; after collect()."""
    wrong = []
    bodies, others = files(installation.store)
    named = {(home, body): int(size) for home, body, size in installation.sql(
        "select home, body, size from blob.version where body is not null"
        " union select home, body, size from blob.part where body is not null")}
    wrong += [f"left in the store: {path}" for path in others]
    for key in sorted(bodies.keys() - named.keys()):
        wrong.append(f"no row names {'/'.join(key)}")
    for key in sorted(named.keys() - bodies.keys()):
        wrong.append(f"a row names {'/'.join(key)}, which is not there")
    for key in sorted(named.keys() & bodies.keys()):
        if named[key] != bodies[key]:
            wrong.append(f"{'/'.join(key)} has {bodies[key]} bytes, its row says {named[key]}")
    for table, in installation.sql("select name from core.customer_table order by ord"):
        (n,), = installation.sql(
            f"select count(*) from {table} c where not exists (select from core.environment_service"
            " s join core.environment e on e.id = s.environment_id"
            " where s.space = c.space and e.state <> 'destroyed')")
        if n != "0":
            wrong.append(f"{table}: {n} rows of spaces no environment has")
    (n,), = installation.sql("select count(*) from blob.loose")
    if n != "0":
        wrong.append(f"blob.loose: {n} rows left")
    spooled = left_in(f"{installation.state}/tmp")
    if spooled:
        wrong.append(f"{len(spooled)} uploads left in the web server's directory")
    return wrong


def left_in(directory):
    """What stays there: the web server removes what it let go of a moment later."""
    end = time.monotonic() + 30
    while (names := os.listdir(directory)) and time.monotonic() < end:
        time.sleep(0.05)
    return names
