# tests/sdk/python/database.py - the installation's database, seen by a test
import os
import subprocess


def ask(sql):
    """The first column of what the statement returns, as text."""
    where = os.environ["TEST_DB"]
    done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", where, "-c", sql],
                          capture_output=True, text=True, check=True)
    return done.stdout.strip()


def unsound_usage():
    """What is wrong with the meter: rows that overlap, span an hour, do not follow the state."""
    return ask("""
      select 'overlap ' || a.environment_id from core.usage a join core.usage b
          on a.environment_id = b.environment_id and a.period_start < b.period_start
         and (a.period_end is null or a.period_end > b.period_start)
      union all
      select 'hour ' || u.environment_id from core.usage u
       where date_trunc('hour', u.period_start, 'UTC')
             <> date_trunc('hour', u.period_end - interval '1us', 'UTC')
      union all
      select 'state ' || e.id from core.environment e
       where (e.state = 'running') <> exists (select from core.usage u
             where u.environment_id = e.id and u.period_end is null)""")
