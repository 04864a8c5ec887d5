// tests/sdk/js/s3.mjs - S3 through @aws-sdk/client-s3 with default settings
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, writeFileSync, rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	S3Client, CreateBucketCommand, PutObjectCommand, GetObjectCommand, HeadObjectCommand,
	CopyObjectCommand, ListObjectsV2Command, ListBucketsCommand, DeleteObjectsCommand,
	DeleteBucketCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const Bucket = process.env.BUCKET;
const s3 = new S3Client({}); // endpoint, region and keys come from the shell

const bytes = async (answer) => Buffer.from(await answer.Body.transformToByteArray());
const md5 = (data) => createHash("md5").update(data).digest("hex");

async function refused(name, status, command) {
	await assert.rejects(s3.send(command), (error) => {
		assert.equal(error.name, name);
		assert.equal(error.$metadata.httpStatusCode, status);
		return true;
	});
}

async function bodies() {
	for (const size of [0, 1, 65536, 65537, 3000000]) {
		const Body = randomBytes(size);
		const put = await s3.send(new PutObjectCommand({ Bucket, Key: "k", Body }));
		assert.equal(put.ETag, `"${md5(Body)}"`);
		const got = await s3.send(new GetObjectCommand({ Bucket, Key: "k" }));
		assert.ok(Body.equals(await bytes(got)));
	}
}

async function stream() {
	const directory = mkdtempSync(join(tmpdir(), "mf-js-"));
	const data = randomBytes(20 << 20);
	writeFileSync(join(directory, "f"), data);
	await s3.send(new PutObjectCommand({
		Bucket, Key: "k", Body: createReadStream(join(directory, "f")), ContentLength: data.length,
	}));
	rmSync(directory, { recursive: true });
	const got = await bytes(await s3.send(new GetObjectCommand({ Bucket, Key: "k" })));
	assert.equal(md5(got), md5(data));
}

async function keys() {
	const names = [
		"a b", "a+b", "a//b", "/x", "ü", "漢/字", "a%2Fb", "q?x=1&y#z", "quote'\"()*!",
	];
	for (const Key of names) {
		await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key, Metadata: { n: "1" } }));
		const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
		assert.equal(await got.Body.transformToString(), Key);
		const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key }));
		assert.equal(await (await fetch(url)).text(), Key);
	}
	await s3.send(new CopyObjectCommand({
		Bucket, Key: "copy", CopySource: `${Bucket}/${encodeURIComponent("a+b")}`,
	}));
	const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "copy" }));
	assert.deepEqual(head.Metadata, { n: "1" });
	const listed = (await s3.send(new ListObjectsV2Command({ Bucket }))).Contents.map((o) => o.Key);
	assert.deepEqual([...listed].sort(), [...names, "copy", "k"].sort());
	await s3.send(new DeleteObjectsCommand({
		Bucket, Delete: { Objects: listed.map((Key) => ({ Key })) },
	}));
	assert.equal((await s3.send(new ListObjectsV2Command({ Bucket }))).KeyCount, 0);
}

await s3.send(new CreateBucketCommand({ Bucket }));
assert.ok((await s3.send(new ListBucketsCommand({}))).Buckets.some((b) => b.Name === Bucket));
await bodies();
await stream();
await keys();
await refused("NoSuchKey", 404, new GetObjectCommand({ Bucket, Key: "none" }));
await s3.send(new DeleteBucketCommand({ Bucket }));
await refused("NoSuchBucket", 404, new PutObjectCommand({ Bucket, Key: "k", Body: "" }));
console.log("done");
