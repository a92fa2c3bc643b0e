// `@microsoft/fetch-event-source`, by POST, as its users call it. It reads globals of a browser's window.
globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
const { fetchEventSource } = await import("@microsoft/fetch-event-source");

await fetchEventSource(process.argv[2], {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ input: "any" }),
  openWhenHidden: true,
  onmessage: (event) => console.log(JSON.stringify([event.id, JSON.parse(event.data)])),
});
console.log(JSON.stringify("closed"));
