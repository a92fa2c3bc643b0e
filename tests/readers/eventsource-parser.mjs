// `eventsource-parser` over fetch, with the Accept header that its users send (argument 3) or that fetch sends by itself.
import { createParser } from "eventsource-parser";

const headers = process.argv[3] ? { accept: process.argv[3] } : {};
const response = await fetch(process.argv[2], { headers });
const parser = createParser({
  onEvent: (event) => console.log(JSON.stringify([event.id ?? "", JSON.parse(event.data)])),
});
for await (const text of response.body.pipeThrough(new TextDecoderStream())) parser.feed(text);
console.log(JSON.stringify("closed"));
