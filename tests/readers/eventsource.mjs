// `eventsource`, the polyfill of browsers' EventSource. Prints each event, and what came after the stream's end.
import { EventSource } from "eventsource";

// While it waits to reconnect, the library lets Node.js end.
setInterval(() => {}, 1000);
const source = new EventSource(process.argv[2]);
source.onmessage = (event) => console.log(JSON.stringify([event.lastEventId, JSON.parse(event.data)]));
source.onerror = () => {
  if (source.readyState === EventSource.CLOSED) {
    console.log(JSON.stringify("closed"));
    process.exit(0);
  }
};
