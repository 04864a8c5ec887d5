// tests/sdk/js/transfers.mjs - lib-storage, forms, streams, waiters, pages, versions, typed errors
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
	S3Client, CreateBucketCommand, PutObjectCommand, GetObjectCommand, HeadObjectCommand,
	CopyObjectCommand, DeleteObjectsCommand, DeleteBucketCommand, PutBucketVersioningCommand,
	GetObjectAttributesCommand, ListMultipartUploadsCommand, NoSuchKey, NoSuchBucket, NotFound,
	ListObjectVersionsCommand, BucketAlreadyOwnedByYou, paginateListObjectsV2,
	waitUntilBucketExists, waitUntilObjectNotExists,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { createPresignedPost } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const Bucket = process.env.BUCKET;
const s3 = new S3Client({});
const wait = { client: s3, maxWaitTime: 60 };

const put = (Key, Body, more) => s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key, more) => Buffer.from(await (await s3.send(
	new GetObjectCommand({ Bucket, Key, ...more }))).Body.transformToByteArray());

async function errors() {
	const refused = (command, kind, status) => assert.rejects(s3.send(command), (error) => {
		assert.ok(error instanceof kind, error);
		assert.equal(error.$metadata.httpStatusCode, status);
		return true;
	});
	await refused(new GetObjectCommand({ Bucket, Key: "k" }), NoSuchBucket, 404);
	const europe = new S3Client({ region: "eu-west-1" });
	await europe.send(new CreateBucketCommand({ Bucket }));
	await assert.rejects(europe.send(new CreateBucketCommand({ Bucket })), BucketAlreadyOwnedByYou);
	await europe.send(new DeleteBucketCommand({ Bucket }));
	await s3.send(new CreateBucketCommand({ Bucket }));
	await waitUntilBucketExists(wait, { Bucket });
	await refused(new GetObjectCommand({ Bucket, Key: "none" }), NoSuchKey, 404);
	await refused(new HeadObjectCommand({ Bucket, Key: "none" }), NotFound, 404);
}

/** Parts of 5 MiB, four at a time, from streams that do not say how long they are. */
async function uploads() {
	for (const size of [0, 1000, (12 << 20) + 1]) {
		const data = randomBytes(size);
		const Body = Readable.from((function* () {
			for (let at = 0; at < size; at += 65536)
				yield data.subarray(at, at + 65536);
		})());
		const made = await new Upload({ client: s3, params: { Bucket, Key: "up", Body } }).done();
		assert.equal(made.ETag.endsWith('-3"'), size > 5 << 20);
		assert.ok(data.equals(await get("up")));
	}
	const data = randomBytes((6 << 20) + 5);
	for (const ChecksumAlgorithm of ["CRC32C", "SHA256", "CRC64NVME"]) {
		const params = { Bucket, Key: "up", Body: data, ChecksumAlgorithm };
		const made = await new Upload({ client: s3, params }).done();
		assert.equal(made.ChecksumType,
			ChecksumAlgorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
		assert.ok(data.equals(await get("up")));
	}
	const parts = await s3.send(new GetObjectAttributesCommand({
		Bucket, Key: "up", ObjectAttributes: ["ETag", "Checksum", "ObjectParts", "ObjectSize"],
	}));
	assert.equal(parts.ObjectSize, data.length);
	assert.equal(parts.ObjectParts.TotalPartsCount, 2);
	const left = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
	assert.equal(left.Uploads, undefined);
}

async function forms() {
	const { url, fields } = await createPresignedPost(s3, {
		Bucket, Key: "posted/${filename}", Expires: 300,
		Conditions: [["content-length-range", 1, 100], ["starts-with", "$Content-Type", "text/"]],
		Fields: { "Content-Type": "text/x", success_action_status: "201" },
	});
	const post = (text) => {
		const form = new FormData();
		for (const [name, value] of Object.entries(fields))
			form.set(name, value);
		form.set("file", new Blob([text]), "a b+ü.txt");
		return fetch(url, { method: "POST", body: form });
	};
	const made = await post("from a form");
	assert.equal(made.status, 201);
	assert.match(await made.text(), /<Key>posted\/a b\+ü.txt<\/Key>/);
	assert.equal((await get("posted/a b+ü.txt")).toString(), "from a form");
	assert.match(await (await post("x".repeat(101))).text(), /EntityTooLarge/);
	// The URL has the checksum of an empty body: when it was signed, there was none.
	const to = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "signed" }));
	assert.equal((await fetch(to, { method: "PUT", body: "signed" })).status, 200);
	assert.equal((await get("signed", { Range: "bytes=0-2" })).toString(), "sig");
}

async function pages() {
	await Promise.all(Array.from({ length: 60 }, (_, i) => put(`page/${i % 7}/${i}`, "x")));
	let keys = 0, folders = 0;
	const of = (more) => paginateListObjectsV2({ client: s3, pageSize: 9 },
		{ Bucket, Prefix: "page/", ...more });
	for await (const page of of({}))
		keys += page.Contents.length;
	for await (const page of of({ Delimiter: "/" }))
		folders += page.CommonPrefixes?.length ?? 0;
	assert.deepEqual([keys, folders], [60, 7]);
}

async function versions() {
	const set = (Status) => s3.send(new PutBucketVersioningCommand({
		Bucket, VersioningConfiguration: { Status } }));
	await set("Enabled");
	const first = await put("version", "first");
	await assert.rejects(put("version", "x", { IfNoneMatch: "*" }), { name: "PreconditionFailed" });
	await put("version", "second", { IfMatch: first.ETag });
	await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "version" }] } }));
	await waitUntilObjectNotExists(wait, { Bucket, Key: "version" });
	await s3.send(new CopyObjectCommand({
		Bucket, Key: "version", CopySource: `${Bucket}/version?versionId=${first.VersionId}` }));
	assert.equal((await get("version")).toString(), "first");
	const all = await s3.send(new ListObjectVersionsCommand({ Bucket }));
	const Objects = [...all.Versions, ...all.DeleteMarkers]
		.map(({ Key, VersionId }) => ({ Key, VersionId }));
	const gone = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
	assert.equal(gone.Deleted.length, Objects.length);
}

for (const part of [errors, uploads, forms, pages, versions]) {
	await part();
	console.log(part.name);
}
await s3.send(new DeleteBucketCommand({ Bucket }));
console.log("done");
