// docs/examples/node/s3.mjs - a bucket and an object, with @aws-sdk/client-s3 as it is
//
// Address, region and keys come from the shell: eval the environment's exports first.
import {
	CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client,
} from "@aws-sdk/client-s3";

const s3 = new S3Client({});
const Bucket = "node-example";

await s3.send(new CreateBucketCommand({ Bucket }));
await s3.send(new PutObjectCommand({
	Bucket, Key: "greeting.txt", Body: "Hello from MockFactory", ContentType: "text/plain",
}));

const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
for (const item of Contents)
	console.log(item.Key, item.Size, "bytes");

const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: "greeting.txt" }));
console.log(await Body.transformToString());
