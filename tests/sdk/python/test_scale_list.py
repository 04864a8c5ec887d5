# tests/sdk/python/test_scale_list.py - lists of very large buckets cost what they show
import concurrent.futures
import re
import time
import urllib.request

import pytest

import scale
from conftest import make_client

pytestmark = pytest.mark.scale
KEYS, EACH = scale.KEYS, scale.EACH
PREFIXES = KEYS // EACH


@pytest.fixture(scope="module")
def home(api):
    made = scale.Home(api, "scale")
    made.make("wide")
    made.fill("wide", KEYS, scale.tree("i"))
    yield made
    made.environment.destroy()


def name(i):
    return f"p{i // EACH:05}/q{i % EACH // (EACH // 10)}/k{i % (EACH // 10):03}"


def pages(s3, bucket):
    """The keys of one page after the other, without what an SDK makes of them: it takes longer."""
    more = {}
    while True:
        url = s3.generate_presigned_url("list_objects_v2", Params={"Bucket": bucket, **more})
        with urllib.request.urlopen(url, timeout=60) as answer:
            page = answer.read().decode()
        yield re.findall("<Key>([^<]*)</Key>", page)
        token = re.search("<NextContinuationToken>([^<]*)<", page)
        if not token:
            return
        more = {"ContinuationToken": token.group(1)}


def test_every_key_is_listed_once(home):
    began, n = time.monotonic(), 0
    for keys in pages(home.s3, "wide"):
        want = [name(i) for i in range(n, min(n + 1000, KEYS))]
        assert keys == (want if len(want) == 1000 else want + ["zz"])
        n += len(keys)
    assert n == KEYS + 1
    print(f"{n} keys listed in {time.monotonic() - began:.1f} s")


def test_a_page_costs_the_same_anywhere(home):
    places = ["", name(KEYS // 3), name(KEYS // 3 * 2), name(KEYS - 1001)]
    costs = [home.list_cost("wide", after) for after in places]
    print("a page of 1,000 at four places:", *costs, sep="\n  ")
    scale.alike(costs)
    scale.alike([home.versions_cost("wide", after) for after in places])
    few = [home.list_cost("wide", after, limit=10) for after in places]
    assert max(c.pages for c in few) < 40, few


def test_a_prefix_costs_what_it_holds(home):
    middle = f"p{PREFIXES // 2:05}/"
    cost = home.list_cost("wide", prefix=f"{middle}q5/")
    assert cost.rows == EACH // 10 and cost.seen <= EACH // 10 + 20
    got = home.s3.list_objects_v2(Bucket="wide", Prefix=f"{middle}q5/")
    assert [o["Key"] for o in got["Contents"]] == [
        name(PREFIXES // 2 * EACH + EACH // 2 + i) for i in range(EACH // 10)]


@pytest.mark.parametrize("prefix, shown", [("", PREFIXES + 1), (f"p{PREFIXES - 2:05}/", 10)])
def test_a_delimiter_skips_whole_prefixes(home, prefix, shown):
    """One probe of the index for each prefix shown, whatever they hold."""
    for cost in (home.list_cost("wide", prefix=prefix, delimiter="/"),
                 home.versions_cost("wide", prefix=prefix, delimiter="/")):
        print(f"{shown} prefixes and keys of {EACH} each:", cost)
        assert cost.rows == min(shown, 1001)
        assert cost.seen <= cost.rows + 64 and cost.pages <= 12 * cost.rows + 20


def test_prefixes_in_pages(home):
    found = []
    for page in home.s3.get_paginator("list_objects_v2").paginate(
            Bucket="wide", Delimiter="/", PaginationConfig={"PageSize": 300}):
        found += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
    assert found == [f"p{i:05}/" for i in range(PREFIXES)]
    got = home.s3.list_objects_v2(Bucket="wide", Delimiter="/", StartAfter=name(KEYS - EACH - 2))
    assert [p["Prefix"] for p in got["CommonPrefixes"]] == found[-2:]
    assert [o["Key"] for o in got["Contents"]] == ["zz"]


def test_keys_and_prefixes_in_turns(home):
    home.make("turns")
    home.fill("turns", 4000, "format('a%s%s', lpad((i / 2)::text, 4, '0'),"
              " case when i % 2 = 1 then '/' || i else '' end)")
    cost = home.list_cost("turns", delimiter="/")
    print("keys and prefixes in turns:", cost)
    assert cost.rows == 1001 and cost.seen <= 5 * cost.rows
    got = home.s3.list_objects_v2(Bucket="turns", Delimiter="/")
    assert [o["Key"] for o in got["Contents"]] == [f"a{i:04}" for i in range(500)]
    assert [p["Prefix"] for p in got["CommonPrefixes"]] == [f"a{i:04}/" for i in range(500)]


def test_delete_markers_are_not_in_the_way(home):
    """As many as there are keys, before the one object that is left."""
    home.make("marked", versions=True)
    home.fill("marked", KEYS, "format('m%s', lpad(i::text, 7, '0'))", bucket="-bucket",
              version=scale.STAMP, delete_marker="true", bytes="null::bytea", body="null",
              home="null", etag="''", size="0")
    for cost in (home.list_cost("marked"), home.list_cost("marked", delimiter="/")):
        print(f"one object behind {KEYS} delete markers:", cost)
        assert cost.rows == 1 and cost.seen <= 20 and cost.pages <= 40
    got = home.s3.list_objects_v2(Bucket="marked")
    assert [o["Key"] for o in got["Contents"]] == ["zz"] and not got["IsTruncated"]
    scale.alike([home.versions_cost("marked", f"m{KEYS * i // 8:07}") for i in range(0, 8, 3)])
    got = home.s3.list_object_versions(Bucket="marked", KeyMarker=f"m{KEYS - 3:07}")
    assert [m["Key"] for m in got["DeleteMarkers"]] == [f"m{KEYS - i:07}" for i in (2, 1)]
    assert [v["Key"] for v in got["Versions"]] == ["zz"]


def test_a_full_bucket_is_refused_at_once(home, refused):
    owner = home.environment.aws["account_id"]
    assert home.cost("blob_bucket_remove", "wide", owner).pages < 60
    with refused("BucketNotEmpty", 409):
        home.s3.delete_bucket(Bucket="wide")


def test_delete_a_thousand(home):
    keys = [name(KEYS // 2 + i) for i in range(1000)]
    got = home.s3.delete_objects(Bucket="wide", Delete={"Objects": [{"Key": k} for k in keys]})
    assert len(got["Deleted"]) == 1000 and "Errors" not in got
    after = home.s3.list_objects_v2(Bucket="wide", StartAfter=name(KEYS // 2 - 1), MaxKeys=1)
    assert after["Contents"][0]["Key"] == name(KEYS // 2 + 1000)


def test_many_uploads(home):
    """A hundredth of the keys, copied from one that was begun through the API."""
    n = KEYS // 100
    home.s3.create_bucket(Bucket="uploads")
    first = home.s3.create_multipart_upload(Bucket="uploads", Key="u")["UploadId"]
    kept = scale.columns("blob.upload", ("id", "key"))
    scale.ask(f"""insert into blob.upload (id, key, {kept})
                  select left(id, -8) || lpad(i::text, 8, '0'),
                         format('u%s/%s', lpad((i / 10)::text, 5, '0'), i), {kept}
                    from blob.upload cross join generate_series(1, {n} - 1) i
                   where space = {home.space} and id = '{first}'""")
    scale.ask("analyze blob.upload")
    seen = [u["Key"] for page in home.s3.get_paginator("list_multipart_uploads").paginate(
        Bucket="uploads") for u in page["Uploads"]]
    assert len(seen) == n and seen == sorted(seen)
    folds = home.s3.list_multipart_uploads(Bucket="uploads", Delimiter="/", Prefix="u")
    assert len(folds["CommonPrefixes"]) == min(999, (n + 9) // 10)
    costs = [home.cost("blob_upload_list", "uploads", after, scale.PAST, "", scale.PAST, None,
                       101, scale.PAST, 0) for after in ("", seen[n // 2], seen[-102])]
    print(f"a page of 100 of {n} uploads:", *costs)
    scale.alike(costs)


@pytest.mark.parametrize("size", [1000, 200000])
@pytest.mark.parametrize("versions", [False, True])
def test_64_uploads_to_one_key(home, size, versions):
    bucket = f"one-{size}-{int(versions)}"
    home.make(bucket, versions=versions)
    clients = [make_client(home.environment, "path") for _ in range(8)]

    def put(n):
        return clients[n % 8].put_object(Bucket=bucket, Key="k", Body=b"%04d" % n * (size // 4))

    with concurrent.futures.ThreadPoolExecutor(64) as pool:
        made = list(pool.map(put, range(64)))
    got = home.s3.get_object(Bucket=bucket, Key="k")
    body = got["Body"].read()
    assert body == body[:4] * (size // 4), "the bytes of more than one upload"
    assert got["ETag"] == made[int(body[:4])]["ETag"]
    listed = home.s3.list_object_versions(Bucket=bucket, Prefix="k")["Versions"]
    assert [v["IsLatest"] for v in listed] == [True] + [False] * (63 if versions else 0)
    assert listed[0]["ETag"] == got["ETag"]
    if versions:
        assert got["VersionId"] == listed[0]["VersionId"]
        assert {(v["VersionId"], v["ETag"]) for v in listed} == {
            (m["VersionId"], m["ETag"]) for m in made}
