// A receiver of webhooks that believes only its queue: WEBHOOK_SECRET=whsec_… PORT=8080 node receiver.mjs
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

const { WEBHOOK_SECRET, PORT } = process.env;
const webhook = new Webhook(WEBHOOK_SECRET);

createServer(async (request, response) => {
  try {
    const { type, data } = webhook.verify(await text(request), request.headers);
    process.stdout.write(`${request.headers["webhook-id"]} ${type} ${data.component} in ${data.environment}\n`);
    response.writeHead(204).end();
  } catch {
    response.writeHead(401).end();
  }
}).listen(Number(PORT), () => process.stdout.write("listens\n"));
