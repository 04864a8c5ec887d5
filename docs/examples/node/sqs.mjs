// docs/examples/node/sqs.mjs - a queue and a message, with @aws-sdk/client-sqs as it is
//
// Address, region and keys come from the shell: eval the environment's exports first.
import {
	CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient,
} from "@aws-sdk/client-sqs";

const sqs = new SQSClient({});
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "node-example" }));
await sqs.send(new SendMessageCommand({
	QueueUrl,
	MessageBody: "Hello from MockFactory",
	MessageAttributes: { Language: { DataType: "String", StringValue: "JavaScript" } },
}));

// A long poll: the answer comes with the first message, at the latest after ten seconds.
const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({
	QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ["All"],
}));
for (const message of Messages) {
	console.log(message.Body, "in", message.MessageAttributes.Language.StringValue);
	await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
}
