// Node.js with nothing but its own http: what a managed runtime that can stream needs for the same.
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

async function* pieces(events, size, intervalMs) {
  const text = "x".repeat(size);
  for (let number = 0; number < events; number += 1) {
    if (number && intervalMs) await sleep(intervalMs);
    yield text;
  }
}

async function stream(query, response) {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
  let id = 0;
  for await (const chunk of pieces(+query.get("events"), +query.get("size"), +query.get("interval_ms"))) {
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
