// tests/sdk/java/src/main/java/Objects.java - buckets, objects, keys, pages, URLs, parts
import java.io.ByteArrayInputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.*;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

class Objects {
	private static final String BUCKET = Clients.BUCKET;
	private final S3Client s3;

	Objects(S3Client s3) {
		this.s3 = s3;
	}

	private void put(String key, byte[] data) {
		s3.putObject(r -> r.bucket(BUCKET).key(key), RequestBody.fromBytes(data));
	}

	private byte[] get(String key) {
		return s3.getObjectAsBytes(r -> r.bucket(BUCKET).key(key)).asByteArray();
	}

	void buckets() throws Exception {
		try {
			s3.listObjectsV2(r -> r.bucket(BUCKET));
			throw new AssertionError("it is there");
		} catch (NoSuchBucketException expected) {
			Clients.check(expected.statusCode() == 404, expected);
		}
		try (S3Client europe = S3Client.builder().region(Region.EU_WEST_1).build()) {
			CreateBucketRequest make = CreateBucketRequest.builder().bucket(BUCKET)
				.createBucketConfiguration(c -> c.locationConstraint("eu-west-1")).build();
			europe.createBucket(make);
			try {
				europe.createBucket(make);
				throw new AssertionError("made twice");
			} catch (BucketAlreadyOwnedByYouException expected) {
				Clients.check(expected.statusCode() == 409, expected);
			}
			europe.deleteBucket(r -> r.bucket(BUCKET));
		}
		s3.waiter().waitUntilBucketNotExists(r -> r.bucket(BUCKET));
		s3.createBucket(r -> r.bucket(BUCKET));
		s3.waiter().waitUntilBucketExists(r -> r.bucket(BUCKET));
	}

	void objects() throws Exception {
		for (int size : new int[] { 0, 1, 65536, 65537, 300000 }) {
			byte[] data = Clients.random(size);
			put("object", data);
			Clients.same(get("object"), data);
		}
		for (ChecksumAlgorithm algorithm : List.of(ChecksumAlgorithm.CRC32_C,
				ChecksumAlgorithm.SHA1, ChecksumAlgorithm.SHA256, ChecksumAlgorithm.CRC64_NVME)) {
			byte[] data = Clients.random(100000);
			// A stream that can be read once: what is signed and summed comes behind it.
			PutObjectResponse made = s3.putObject(r -> r.bucket(BUCKET).key("summed")
				.checksumAlgorithm(algorithm).contentType("text/x").metadata(
					java.util.Map.of("colour", "blue")),
				RequestBody.fromInputStream(new ByteArrayInputStream(data), data.length));
			Clients.check(made.checksumType() == ChecksumType.FULL_OBJECT, made);
			Clients.same(get("summed"), data);
		}
		HeadObjectResponse head = s3.headObject(r -> r.bucket(BUCKET).key("summed"));
		Clients.check(head.contentType().equals("text/x")
			&& head.metadata().get("colour").equals("blue"), head);
		s3.putObject(r -> r.bucket(BUCKET).key("unknown"), RequestBody.fromContentProvider(
			() -> new ByteArrayInputStream(new byte[200000]), "application/x"));
		Clients.check(get("unknown").length == 200000, "of unknown length");
		Clients.check(s3.getObject(r -> r.bucket(BUCKET).key("object").range("bytes=-10"))
			.readAllBytes().length == 10, "range");
		GetObjectAttributesResponse all = s3.getObjectAttributes(r -> r.bucket(BUCKET)
			.key("summed").objectAttributes(ObjectAttributes.E_TAG, ObjectAttributes.CHECKSUM,
				ObjectAttributes.OBJECT_SIZE));
		Clients.check(all.objectSize() == 100000
			&& all.checksum().checksumCRC64NVME() != null, all);
		try {
			get("none");
			throw new AssertionError("it is there");
		} catch (NoSuchKeyException expected) {
			Clients.check(expected.statusCode() == 404, expected);
		}
		Clients.refused("InvalidRange", 416, () ->
			s3.getObject(r -> r.bucket(BUCKET).key("object").range("bytes=300000-")));
	}

	void keys() {
		List<String> names = List.of("a b", "a+b", "a%2Fb", "a//b", "/leading", "a/./b", "a/../b",
			"..", "%zz", "ünï/漢字", "q?x=1&y#z", "quote'\"()*!~", "tab\there", "trailing/",
			"<&>");
		List<ObjectIdentifier> gone = new ArrayList<>();
		for (String name : names) {
			put("k/" + name, name.getBytes(StandardCharsets.UTF_8));
			s3.copyObject(r -> r.sourceBucket(BUCKET).sourceKey("k/" + name)
				.destinationBucket(BUCKET).destinationKey("copy"));
			Clients.check(new String(get("copy"), StandardCharsets.UTF_8).equals(name), name);
		}
		s3.listObjectsV2Paginator(r -> r.bucket(BUCKET).prefix("k/").maxKeys(4)).contents()
			.forEach(o -> gone.add(ObjectIdentifier.builder().key(o.key()).build()));
		Clients.check(gone.size() == names.size(), gone);
		gone.forEach(o -> Clients.check(names.contains(o.key().substring(2)), o));
		DeleteObjectsResponse done = s3.deleteObjects(r -> r.bucket(BUCKET)
			.delete(d -> d.objects(gone)));
		Clients.check(done.deleted().size() == names.size() && done.errors().isEmpty(), done);
	}

	void pages() {
		for (int i = 0; i < 25; i++)
			put(String.format("page/%d/%02d", i % 5, i), new byte[0]);
		Clients.check(s3.listObjectsV2Paginator(r -> r.bucket(BUCKET).prefix("page/").maxKeys(10))
			.contents().stream().count() == 25, "keys");
		Clients.check(s3.listObjectsV2Paginator(r -> r.bucket(BUCKET).prefix("page/")
			.delimiter("/").maxKeys(2)).commonPrefixes().stream().count() == 5, "prefixes");
		Clients.check(s3.listBucketsPaginator(r -> r.prefix(BUCKET)).buckets().stream()
			.count() == 1, "buckets");
	}

	void conditions() throws Exception {
		put("condition", new byte[] { 1 });
		Clients.refused("PreconditionFailed", 412, () -> s3.putObject(r -> r.bucket(BUCKET)
			.key("condition").ifNoneMatch("*"), RequestBody.fromString("x")));
		String tag = s3.headObject(r -> r.bucket(BUCKET).key("condition")).eTag();
		s3.putObject(r -> r.bucket(BUCKET).key("condition").ifMatch(tag),
			RequestBody.fromString("two"));
		try {
			s3.getObject(r -> r.bucket(BUCKET).key("condition").ifMatch(tag));
			throw new AssertionError("the old one");
		} catch (S3Exception expected) {
			Clients.check(expected.statusCode() == 412, expected);
		}
	}

	private static HttpURLConnection open(URL url, String method) throws Exception {
		HttpURLConnection made = (HttpURLConnection) url.openConnection();
		made.setRequestMethod(method);
		return made;
	}

	void presigned() throws Exception {
		try (S3Presigner signer = S3Presigner.create()) {
			URL to = signer.presignPutObject(p -> p.signatureDuration(Duration.ofMinutes(5))
				.putObjectRequest(r -> r.bucket(BUCKET).key("signed/a b+ü"))).url();
			HttpURLConnection put = open(to, "PUT");
			put.setDoOutput(true);
			put.getOutputStream().write("signed".getBytes());
			Clients.check(put.getResponseCode() == 200, put.getResponseMessage());
			URL from = signer.presignGetObject(p -> p.signatureDuration(Duration.ofMinutes(5))
				.getObjectRequest(r -> r.bucket(BUCKET).key("signed/a b+ü"))).url();
			Clients.check(new String(open(from, "GET").getInputStream().readAllBytes())
				.equals("signed"), "signed");
		}
	}

	/** Without a transfer manager: parts by hand, one of them copied, one sent again. */
	void parts() {
		byte[] five = Clients.random(5 << 20), last = Clients.random(1000);
		String id = s3.createMultipartUpload(r -> r.bucket(BUCKET).key("parts")
			.checksumAlgorithm(ChecksumAlgorithm.SHA256)).uploadId();
		List<CompletedPart> list = new ArrayList<>();
		for (int number : new int[] { 2, 1, 1 }) {
			byte[] data = number == 2 ? last : five;
			UploadPartResponse made = s3.uploadPart(r -> r.bucket(BUCKET).key("parts").uploadId(id)
				.partNumber(number).checksumAlgorithm(ChecksumAlgorithm.SHA256),
				RequestBody.fromBytes(data));
			list.removeIf(p -> p.partNumber() == number);
			list.add(0, CompletedPart.builder().partNumber(number).eTag(made.eTag())
				.checksumSHA256(made.checksumSHA256()).build());
		}
		CompleteMultipartUploadResponse made = s3.completeMultipartUpload(r -> r.bucket(BUCKET)
			.key("parts").uploadId(id).multipartUpload(u -> u.parts(list)));
		Clients.check(made.checksumSHA256().endsWith("-2")
			&& made.checksumType() == ChecksumType.COMPOSITE, made);
		byte[] whole = get("parts");
		Clients.check(whole.length == five.length + last.length, whole.length);
		s3.abortMultipartUpload(r -> r.bucket(BUCKET).key("parts").uploadId(
			s3.createMultipartUpload(c -> c.bucket(BUCKET).key("parts")).uploadId()));
	}
}
