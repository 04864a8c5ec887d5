# tests/sdk/python/scale.py - buckets of very many keys, and what statements about them cost
"""SCALE_KEYS says how many: 20,000 in `make check-sdk`, 1,000,000 in `make check-scale`.

Such buckets are made by one object through the API, whose row is then copied by SQL under other
keys: a million PUTs would take most of an hour, and the rows would be the same.
"""
import os

import plans
from conftest import make_client
from database import ask

KEYS = int(os.environ.get("SCALE_KEYS", "20000"))
EACH = 1000 if KEYS >= 200000 else 100  # keys under one prefix, in ten prefixes of their own
# After every key there can be (shared/engine/blob_list.c).
PAST = chr(0x10ffff) * 256
# The next version of a key, as blob.version_stamp numbers them: the newest sorts first.
STAMP = "blob.version_stamp(nextval('blob.change')) || '0123456789abcdef'"


def tree(i):
    """SQL: key number i of EACH under each prefix."""
    return (f"format('p%s/q%s/k%s', lpad(({i} / {EACH})::text, 5, '0'), "
            f"{i} % {EACH} / {EACH // 10}, lpad(({i} % {EACH // 10})::text, 3, '0'))")


def columns(table, but):
    found = ask(f"""select string_agg(quote_ident(attname), ', ' order by attnum)
                      from pg_attribute where attrelid = '{table}'::regclass and attnum > 0
                       and not attisdropped""").split(", ")
    return ", ".join(c for c in found if c not in but)


class Home:
    """An environment, its ids, and buckets to be filled."""

    def __init__(self, api, name):
        self.environment = api.create("aws_s3", name=name)
        self.s3 = make_client(self.environment, "path")
        self.id, self.space = ask(f"""
            select e.id || ' ' || s.space from core.environment e
              join core.environment_service s on s.environment_id = e.id
             where e.public_id = '{self.environment.id}' and s.service = 'aws_s3'""").split()

    def bucket_id(self, bucket):
        return ask(f"select id from blob.bucket where space = {self.space} and name = '{bucket}'")

    def make(self, bucket, versions=False, body=b"x"):
        """A bucket with one object, "zz", after all others."""
        self.s3.create_bucket(Bucket=bucket)
        if versions:
            self.s3.put_bucket_versioning(Bucket=bucket,
                                          VersioningConfiguration={"Status": "Enabled"})
        self.s3.put_object(Bucket=bucket, Key="zz", Body=body)

    def fill(self, name, n, key, **other):
        """n copies of "zz" in bucket name under key, SQL of i; other: SQL of other columns."""
        given = {"key": key, "seq": "nextval('blob.change')", **other}
        kept = columns("blob.version", given)
        ask(f"""insert into blob.version ({", ".join(given)}, {kept})
                select {", ".join(given.values())}, {kept} from blob.version
                 cross join generate_series(0, {n} - 1) i
                 where space = {self.space} and key = 'zz'
                   and bucket = {self.bucket_id(name)}""")
        ask("analyze blob.version")

    def cost(self, query, *arguments):
        """Of a data statement of this environment."""
        generation = ask(f"select generation from core.environment where id = {self.id}")
        return plans.cost(query, int(self.id), int(generation), int(self.space), *arguments)

    def list_cost(self, bucket, after="", prefix="", delimiter=None, limit=1000):
        given = [bucket, after, prefix, prefix + PAST, limit + 1]
        if delimiter is None:
            return self.cost("blob_list", *given)
        return self.cost("blob_list_by", *given, delimiter, len(prefix), PAST)

    def versions_cost(self, bucket, after="", prefix="", delimiter=None, limit=1000):
        given = [bucket, after, PAST, prefix, prefix + PAST, limit + 1]
        if delimiter is None:
            return self.cost("blob_list_versions", *given)
        return self.cost("blob_list_versions_by", *given, delimiter, len(prefix), PAST)


def alike(costs, slack=1.5):
    """They read as much, wherever they begin."""
    pages = [c.pages for c in costs]
    assert max(pages) <= slack * min(pages) + 10, costs
    assert max(c.seen for c in costs) <= 1100, costs
