// docs/examples/java/src/main/java/S3Example.java - a bucket and an object
//
// Address, region and keys come from the shell: eval the environment's exports first.
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

public class S3Example {
	private static final String BUCKET = "java-example";

	public static void main(String[] args) {
		try (S3Client s3 = S3Client.create()) {
			s3.createBucket(request -> request.bucket(BUCKET));
			s3.putObject(
				request -> request.bucket(BUCKET).key("greeting.txt").contentType("text/plain"),
				RequestBody.fromString("Hello from MockFactory"));

			s3.listObjectsV2Paginator(request -> request.bucket(BUCKET)).contents()
				.forEach(item -> System.out.println(item.key() + " " + item.size() + " bytes"));

			System.out.println(s3.getObjectAsBytes(
				request -> request.bucket(BUCKET).key("greeting.txt")).asUtf8String());
		}
	}
}
