// tests/sdk/java/src/main/java/Queue.java - a queue's life: batches, attributes, a poll that waits
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.*;

class Queue {
	private final SqsClient sqs;

	Queue(SqsClient sqs) {
		this.sqs = sqs;
	}

	void run() throws Exception {
		String url = sqs.createQueue(r -> r.queueName(Clients.BUCKET)).queueUrl();
		MessageAttributeValue bytes = MessageAttributeValue.builder().dataType("Binary")
			.binaryValue(SdkBytes.fromByteArray(new byte[] { 0, -1 })).build();
		List<SendMessageBatchRequestEntry> entries = IntStream.range(0, 10).mapToObj(i ->
			SendMessageBatchRequestEntry.builder().id("" + i).messageBody("body " + i)
				.messageAttributes(java.util.Map.of("b", bytes)).build()).toList();
		Clients.check(sqs.sendMessageBatch(r -> r.queueUrl(url).entries(entries)).successful()
			.size() == 10, "batch");
		List<String> bodies = new ArrayList<>();
		while (bodies.size() < 10) {
			// The SDK compares MD5s of bodies and attributes.
			List<Message> got = sqs.receiveMessage(r -> r.queueUrl(url).maxNumberOfMessages(10)
				.waitTimeSeconds(5).messageAttributeNames("All")).messages();
			got.forEach(m -> bodies.add(m.body()));
			got.forEach(m -> Clients.check(m.messageAttributes().get("b").equals(bytes), m));
			sqs.deleteMessageBatch(r -> r.queueUrl(url).entries(got.stream().map(m ->
				DeleteMessageBatchRequestEntry.builder().id(m.messageId())
					.receiptHandle(m.receiptHandle()).build()).toList()));
		}
		Clients.check(bodies.contains("body 9"), bodies);
		Thread later = new Thread(() -> sqs.sendMessage(r -> r.queueUrl(url).messageBody("late")));
		later.start();
		List<Message> got = sqs.receiveMessage(r -> r.queueUrl(url).waitTimeSeconds(20)).messages();
		Clients.check(got.size() == 1 && got.get(0).body().equals("late"), got);
		later.join();
		sqs.deleteQueue(r -> r.queueUrl(url));
		try {
			sqs.sendMessage(r -> r.queueUrl(url).messageBody("x"));
			throw new AssertionError("it is still there");
		} catch (QueueDoesNotExistException expected) {
			Clients.check(expected.statusCode() == 400, expected);
		}
	}
}
