// A client of Goniec in TypeScript, for Node.js 20 and later. README.md tells its commands.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import type { components } from "./schema"; // made by openapi-typescript

type Schemas = components["schemas"];
type Message = Schemas["Message"];

const url = process.env.GONIEC_URL ?? "http://127.0.0.1:8080";
const final = ["delivered", "failed", "expired", "cancelled"];

// Calls again after 429, 500, 503, 507 and a broken connection.
async function call<T>(method: string, path: string, body?: unknown, key?: string): Promise<T> {
  const headers: Record<string, string> = { Authorization: `Bearer ${process.env.GONIEC_TOKEN}`, "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key; // the same in every attempt, so that nothing is sent twice
  for (let attempt = 0; ; attempt++) {
    let pause = 2 ** attempt;
    try {
      const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(30_000) } as RequestInit);
      if (answer.ok) return (await answer.json()) as T;
      if (![429, 500, 503, 507].includes(answer.status) || attempt === 5) {
        const problem = (await answer.json()) as Schemas["Problem"];
        throw new Refused([problem.code, problem.detail, ...(problem.errors ?? []).map((e) => `${e.field}: ${e.detail}`)].join("\n"));
      }
      pause = Number(answer.headers.get("Retry-After") ?? pause);
    } catch (error) {
      if (error instanceof Refused || attempt === 5) throw error;
    }
    await sleep(pause * 1000);
  }
}

class Refused extends Error {}

// Posts a message and reads it until it is done. A program with much to do receives webhooks instead.
async function post(body: Schemas["MessageRequest"], key: string, done: (m: Message) => boolean): Promise<Message> {
  let message = await call<Message>("POST", "/v1/messages", body, key);
  while (!done(message)) {
    await sleep(1000);
    message = await call<Message>("GET", `/v1/messages/${message.id}`);
  }
  return message;
}

async function send(to: string, text: string, key: string): Promise<void> {
  const message = await post({ to, text }, key, (m) => final.includes(m.status));
  console.log(message.id, message.status);
}

async function ask(to: string, text: string, key: string): Promise<void> {
  const message = await post({ to, text, question: { kind: "yes_no" } }, key, (m) => m.question?.status !== "open");
  console.log(message.id, message.answer?.value ?? message.question?.status, message.answer?.text ?? "");
}

async function inbox(after = ""): Promise<void> {
  const found: Schemas["Inbound"][] = [];
  const query = new URLSearchParams({ limit: "50" });
  for (;;) { // from the newest page to the one that holds what is known
    const page = await call<Schemas["InboundPage"]>("GET", `/v1/inbox?${query}`);
    const unknown = page.items.filter((item) => item.id > after);
    found.push(...unknown);
    if (!page.next || unknown.length < page.items.length) break;
    query.set("cursor", page.next);
  }
  for (const item of found.reverse()) console.log(item.id, item.from, JSON.stringify(item.text));
}

// Verifies the signature of a webhook by Standard Webhooks.
function genuine(headers: IncomingHttpHeaders, body: Buffer): boolean {
  const stamp = Number(headers["webhook-timestamp"]);
  if (!(Math.abs(Date.now() / 1000 - stamp) <= 300)) return false;
  const key = Buffer.from((process.env.GONIEC_SECRET ?? "").replace(/^whsec_/, ""), "base64");
  const signed = Buffer.concat([Buffer.from(`${headers["webhook-id"]}.${headers["webhook-timestamp"]}.`), body]);
  const want = Buffer.from("v1," + createHmac("sha256", key).update(signed).digest("base64"));
  return String(headers["webhook-signature"] ?? "").split(" ").some((s) => s.length === want.length && timingSafeEqual(Buffer.from(s), want));
}

async function webhook(port: string): Promise<void> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (!genuine(request.headers, body)) return response.writeHead(401).end();
    const event = JSON.parse(body.toString()) as Schemas["Event"]; // store it here; the same id may come twice
    console.log(event.type, "id" in event.data ? event.data.id : "");
    response.writeHead(204).end();
  });
  server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

const commands: Record<string, (...args: string[]) => Promise<void>> = {
  send: send as (...args: string[]) => Promise<void>,
  ask: ask as (...args: string[]) => Promise<void>,
  inbox,
  webhook: webhook as (...args: string[]) => Promise<void>,
};
const command = commands[process.argv[2] ?? ""];
if (!command) {
  console.error("usage: goniec.ts send TO TEXT KEY | ask TO TEXT KEY | inbox [AFTER] | webhook PORT");
  process.exit(2);
}
command(...process.argv.slice(3)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
