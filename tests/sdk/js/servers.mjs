// tests/sdk/js/servers.mjs - node-redis, mysql2 and node-postgres on the URLs of an environment
import assert from "node:assert";
import mysql from "mysql2/promise";
import pg from "pg";
import { createClient } from "redis";

const { REDIS_URL, MYSQL_URL, POSTGRESQL_URL } = process.env;
const big = Buffer.alloc(3_000_000, "grüße 🐘 ");

async function useRedis() {
  const r = await createClient({ url: REDIS_URL }).connect();
  await r.set("big", big.toString());
  assert.equal(await r.get("big"), big.toString());
  assert.deepEqual(await r.multi().incr("js").incr("js").exec(), [1, 2]);
  const listener = await r.duplicate().connect();
  const heard = new Promise((resolve) => listener.subscribe("news", resolve));
  while ((await r.publish("news", "hello")) === 0);
  assert.equal(await heard, "hello");
  await r.select(1);
  assert.equal(await r.get("js"), null);
  await listener.close();
  await r.close();
}

async function useMysql() {
  const db = await mysql.createConnection(MYSQL_URL);
  await db.query("create table js (id int primary key auto_increment, b longblob, s varchar(50))");
  await db.beginTransaction();
  await db.execute("insert into js (b, s) values (?, ?)", [big, "grüße 🐘"]);
  await db.commit();
  await db.beginTransaction();
  await db.execute("insert into js (s) values ('gone')");
  await db.rollback();
  const [rows] = await db.execute("select b, s from js where id > ?", [0]);
  assert.equal(rows.length, 1);
  assert.ok(rows[0].b.equals(big) && rows[0].s === "grüße 🐘");
  await db.query("create database js_other");
  await db.changeUser({ database: "js_other" });
  const [[{ name }]] = await db.query("select database() as name");
  assert.equal(name, "js_other");
  await db.end();
}

async function usePostgresql() {
  const db = new pg.Client(POSTGRESQL_URL);
  await db.connect();
  await db.query("create table js (id serial primary key, b bytea, s text)");
  await db.query("begin");
  await db.query("insert into js (b, s) values ($1, $2)", [big, "grüße 🐘"]);
  await db.query("commit");
  await db.query("begin");
  await db.query("insert into js (s) values ('gone')");
  await db.query("rollback");
  const named = { name: "all", text: "select b, s from js where id > $1", values: [0] };
  for (let i = 0; i < 2; i++) {
    const { rows } = await db.query(named);
    assert.equal(rows.length, 1);
    assert.ok(rows[0].b.equals(big) && rows[0].s === "grüße 🐘");
  }
  const heard = new Promise((resolve) => db.once("notification", (n) => resolve(n.payload)));
  await db.query("listen news");
  await db.query("notify news, 'hello'");
  assert.equal(await heard, "hello");
  await db.query("create database js_other");
  await db.end();
  const other = new pg.Client(POSTGRESQL_URL.replace("/testdb", "/js_other"));
  await other.connect();
  assert.equal((await other.query("select current_database() as name")).rows[0].name, "js_other");
  await other.end();
}

await Promise.all([useRedis(), useMysql(), usePostgresql()]);
console.log("done");
