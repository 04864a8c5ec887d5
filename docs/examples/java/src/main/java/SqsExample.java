// docs/examples/java/src/main/java/SqsExample.java - a queue and a message
//
// Address, region and keys come from the shell: eval the environment's exports first.
import java.util.Map;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

public class SqsExample {
	public static void main(String[] args) {
		try (SqsClient sqs = SqsClient.create()) {
			String url = sqs.createQueue(request -> request.queueName("java-example")).queueUrl();
			MessageAttributeValue java = MessageAttributeValue.builder()
				.dataType("String").stringValue("Java").build();
			sqs.sendMessage(request -> request.queueUrl(url).messageBody("Hello from MockFactory")
				.messageAttributes(Map.of("Language", java)));

			// A long poll: the answer comes with the first message, after ten seconds at most.
			for (Message message : sqs.receiveMessage(request -> request.queueUrl(url)
					.waitTimeSeconds(10).messageAttributeNames("All")).messages()) {
				System.out.println(message.body() + " in "
					+ message.messageAttributes().get("Language").stringValue());
				sqs.deleteMessage(request ->
					request.queueUrl(url).receiptHandle(message.receiptHandle()));
			}
		}
	}
}
