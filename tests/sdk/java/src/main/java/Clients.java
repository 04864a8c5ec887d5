// tests/sdk/java/src/main/java/Clients.java - what users of the AWS SDK for Java 2.x do
//
// Address, region and keys come from the shell; BUCKET is a name nobody has.  "java Clients" is the
// SDK's own clients; "java Clients crt" the one on the Common Runtime.  Run by
// tests/sdk/python/test_client_sdks.py.  Prints each part's name when it passed, then "done".
import java.util.Arrays;
import java.util.Random;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

public class Clients {
	static final String BUCKET = System.getenv("BUCKET");
	static final int LARGE = (20 << 20) + 3;

	interface Part {
		void run() throws Exception;
	}

	static void part(String name, Part part) throws Exception {
		part.run();
		System.out.println(name);
	}

	static void check(boolean holds, Object what) {
		if (!holds)
			throw new AssertionError(what);
	}

	/** The call is refused with the SDK's own exception of that name, and this status. */
	static void refused(String code, int status, Part call) throws Exception {
		try {
			call.run();
		} catch (AwsServiceException error) {
			check(error.statusCode() == status && error.awsErrorDetails().errorCode().equals(code),
				error);
			return;
		}
		throw new AssertionError("not refused: " + code);
	}

	static byte[] random(int size) {
		byte[] data = new byte[size];
		new Random().nextBytes(data);
		return data;
	}

	static void same(byte[] one, byte[] other) {
		check(Arrays.equals(one, other), "changed");
	}

	/** Threads of the SDK may keep a process from its end: a failure ends it. */
	public static void main(String[] args) {
		try {
			all(args);
		} catch (Throwable failure) {
			failure.printStackTrace();
			System.exit(1);
		}
	}

	private static void all(String[] args) throws Exception {
		try (S3Client s3 = S3Client.create()) {
			if (args.length > 0) {
				s3.createBucket(r -> r.bucket(BUCKET));
				transfers("crt", S3AsyncClient.crtCreate());
			} else {
				Objects objects = new Objects(s3);
				part("buckets", objects::buckets);
				part("objects", objects::objects);
				part("keys", objects::keys);
				part("pages", objects::pages);
				part("conditions", objects::conditions);
				part("presigned", objects::presigned);
				part("parts", objects::parts);
				transfers("netty", S3AsyncClient.builder().multipartEnabled(true).build());
				try (SqsClient sqs = SqsClient.create()) {
					part("queue", new Queue(sqs)::run);
				}
			}
			s3.listObjectsV2Paginator(r -> r.bucket(BUCKET)).contents()
				.forEach(o -> s3.deleteObject(r -> r.bucket(BUCKET).key(o.key())));
			check(s3.listMultipartUploads(r -> r.bucket(BUCKET)).uploads().isEmpty(), "uploads");
			s3.deleteBucket(r -> r.bucket(BUCKET));
		}
		System.out.println("done");
	}

	static void transfers(String name, S3AsyncClient client) throws Exception {
		try (client) {
			Transfers transfers = new Transfers(client);
			part(name + " streams", transfers::streams);
			part(name + " files", transfers::files);
			part(name + " folders", transfers::folders);
		}
	}
}
