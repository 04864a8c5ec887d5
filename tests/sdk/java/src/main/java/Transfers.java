// tests/sdk/java/src/main/java/Transfers.java - the transfer manager, and streams without a length
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.async.BlockingOutputStreamAsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.transfer.s3.S3TransferManager;

class Transfers {
	private static final String BUCKET = Clients.BUCKET;
	private final S3AsyncClient client;

	Transfers(S3AsyncClient client) {
		this.client = client;
	}

	private byte[] get(String key) {
		return client.getObject(r -> r.bucket(BUCKET).key(key), AsyncResponseTransformer.toBytes())
			.join().asByteArray();
	}

	/** Nobody knows how long these are until they end. */
	void streams() throws Exception {
		ExecutorService readers = Executors.newFixedThreadPool(2);
		for (int size : new int[] { 0, 1000, Clients.LARGE }) {
			byte[] data = Clients.random(size);
			client.putObject(r -> r.bucket(BUCKET).key("stream"), AsyncRequestBody.fromInputStream(
				b -> b.inputStream(new ByteArrayInputStream(data)).executor(readers))).join();
			HeadObjectResponse head = client.headObject(r -> r.bucket(BUCKET).key("stream")).join();
			Clients.check(head.contentLength() == size, head);
			// With parts enabled, reading nothing at all may never end in SDK 2.54.14.
			if (size > 0)
				Clients.same(get("stream"), data);
		}
		byte[] data = Clients.random(Clients.LARGE);
		BlockingOutputStreamAsyncRequestBody body = AsyncRequestBody.forBlockingOutputStream(null);
		CompletableFuture<PutObjectResponse> done = client.putObject(
			r -> r.bucket(BUCKET).key("written"), body);
		try (var out = body.outputStream()) {
			out.write(data);
		}
		done.join();
		Clients.same(get("written"), data);
		readers.shutdown();
	}

	void files() throws Exception {
		Path from = Files.createTempFile(Path.of("."), "from", ""), to = Path.of("./to");
		byte[] data = Clients.random(Clients.LARGE);
		Files.write(from, data);
		try (S3TransferManager moves = S3TransferManager.builder().s3Client(client).build()) {
			moves.uploadFile(r -> r.source(from).putObjectRequest(
				p -> p.bucket(BUCKET).key("file"))).completionFuture().join();
			HeadObjectResponse head = client.headObject(r -> r.bucket(BUCKET).key("file")).join();
			Clients.check(head.eTag().contains("-"), head);
			moves.downloadFile(r -> r.destination(to).getObjectRequest(
				g -> g.bucket(BUCKET).key("file"))).completionFuture().join();
			Clients.same(Files.readAllBytes(to), data);
			moves.copy(r -> r.copyObjectRequest(c -> c.sourceBucket(BUCKET).sourceKey("file")
				.destinationBucket(BUCKET).destinationKey("copy"))).completionFuture().join();
			Clients.same(get("copy"), data);
		}
		Files.delete(from);
		Files.delete(to);
	}

	void folders() throws Exception {
		Path from = Files.createTempDirectory(Path.of("."), "from");
		Path to = Files.createTempDirectory(Path.of("."), "to");
		for (int i = 0; i < 30; i++) {
			Path folder = Files.createDirectories(from.resolve("d " + i % 3));
			Files.writeString(folder.resolve("ü+" + i), "text " + i);
		}
		try (S3TransferManager moves = S3TransferManager.builder().s3Client(client).build()) {
			Clients.check(moves.uploadDirectory(r -> r.source(from).bucket(BUCKET)
				.s3Prefix("folder")).completionFuture().join().failedTransfers().isEmpty(), "up");
			Clients.check(moves.downloadDirectory(r -> r.destination(to).bucket(BUCKET)
				.listObjectsV2RequestTransformer(l -> l.prefix("folder"))).completionFuture().join()
				.failedTransfers().isEmpty(), "down");
		}
		for (int i = 0; i < 30; i++) {
			Path file = to.resolve("d " + i % 3).resolve("ü+" + i);
			Clients.check(Files.readString(file).equals("text " + i), file);
		}
	}
}
