// Node.js with nothing but its own http: what a managed runtime that can stream needs for the same.
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

async function* chunks(prompt) {
  const work = JSON.parse(prompt);
  const text = "x".repeat(work.size);
  for (let number = 0; number < work.events; number += 1) {
    if (number && work.interval_ms) await sleep(work.interval_ms);
    yield text;
  }
}

async function stream(query, response) {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  let id = 0;
  for await (const chunk of chunks(query.get("input"))) {
    id += 1;
    if (!response.write(`id: ${id}\n\ndata: ${JSON.stringify({ chunk })}\n\n`)) await once(response, "drain");
  }
  response.end();
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://localhost");
  if (pathname === "/stream") return stream(searchParams, response);
  response.writeHead(200, { "content-type": "application/json" });
  response.end('{"status": "ok"}');
}).listen(+process.argv[2], "127.0.0.1");
