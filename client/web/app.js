/* EventSource cannot POST, so the stream is read with fetch: bytes -> text -> events -> answer on the screen. */
import { createParser } from './vendor/eventsource-parser/index.js';

/** Heartbeats come every 10 s; after three that did not, say so. */
const SILENCE_MILLISECONDS = 30_000;
const NUMBERS_MILLISECONDS = 250;
/** A reader this close to the end wants to stay there. */
const BOTTOM_PIXELS = 48;

const element = (id) => document.getElementById(id);

const form = element('form');
const prompt = element('prompt');
const token = element('token');
const sendButton = element('send');
const stopButton = element('stop');
const copyButton = element('copy');

/** What a run ends with instead of complete. */
class Ending extends Error {
  constructor(state, message, { id = '', asksForToken = false } = {}) {
    super(message);
    Object.assign(this, { state, id, asksForToken });
  }
}

/** The text on the screen, empty at first. It is only ever appended to, once a frame. */
class Answer {
  text = '';
  #element = element('answer');
  #pending = '';
  #frame = 0;
  #line = null;

  constructor() {
    this.#element.replaceChildren();
  }

  append(text) {
    this.text += text;
    this.#pending += text;
    this.#frame ||= requestAnimationFrame(() => this.flush());
  }

  /** Also called at the end of a run: a page in the background gets no frames. */
  flush() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const pending = this.#pending;
    this.#pending = '';
    const { scrollHeight, scrollTop, clientHeight } = this.#element;
    const isAtBottom = scrollHeight - scrollTop - clientHeight < BOTTOM_PIXELS;
    // Each line is a block of its own: what is finished is never laid out again.
    for (const part of pending.match(/[^\n]*\n|[^\n]+/g) ?? []) {
      this.#line ??= add(this.#element, 'div');
      this.#line.append(part);
      if (part.endsWith('\n')) this.#line = null;
    }
    if (isAtBottom) this.#element.scrollTop = this.#element.scrollHeight;
  }
}

/** Counts and rates, from the moment of sending. */
class Meter {
  #sentAt = performance.now();
  #firstByteAt = 0;
  #lastByteAt = 0;
  #endedAt = 0;
  #chunks = 0;
  #characters = 0;

  byte() {
    this.#lastByteAt = performance.now();
    this.#firstByteAt ||= this.#lastByteAt;
  }

  chunk(text) {
    this.#chunks += 1;
    this.#characters += [...text].length;
  }

  end() {
    this.#endedAt = performance.now();
    this.show();
  }

  get isSilent() {
    return performance.now() - (this.#lastByteAt || this.#sentAt) > SILENCE_MILLISECONDS;
  }

  show() {
    const started = this.#firstByteAt > 0;
    const seconds = ((this.#endedAt || performance.now()) - this.#firstByteAt) / 1000;
    const rate = (count) => (started && count && seconds > 0.1 ? readable(count / seconds) : '–');
    element('first-byte').textContent = started ? `${readable(this.#firstByteAt - this.#sentAt)} ms` : '–';
    element('chunks').textContent = started ? readable(this.#chunks) : '–';
    element('chunk-rate').textContent = rate(this.#chunks);
    element('character-rate').textContent = rate(this.#characters);
  }
}

/** One request and what comes of it. The first to call `end` wins, so that every run ends in one state. */
class Run {
  id = '';
  ended = false;
  answer = new Answer();
  meter = new Meter();
  #controller = new AbortController();

  async start(text) {
    show('waiting');
    this.meter.show();
    const timer = setInterval(() => this.#tick(), NUMBERS_MILLISECONDS);
    try {
      await this.#read(await post(text, this.#controller.signal));
      this.end('truncated', 'The stream ended without its last event: the text is incomplete.');
    } catch (error) {
      if (error instanceof Ending) this.end(error.state, error.message, error);
      else if (!this.ended) this.end('failed', `The page failed: ${error}`);
    } finally {
      clearInterval(timer);
      this.#controller.abort();
    }
  }

  stop() {
    if (this.ended) return;
    this.end('stopped');
    this.#controller.abort();
  }

  end(state, message = '', { id = '', asksForToken = false } = {}) {
    if (this.ended) return;
    this.ended = true;
    this.meter.end();
    this.answer.flush();
    show(state, message, id || this.id);
    if (!asksForToken) return;
    element('token-field').hidden = false;
    token.focus();
  }

  /** Reads to the very end, also after the last event, so that the server sees its stream through. */
  async #read(response) {
    const parser = createParser({ onEvent: ({ data }) => this.ended || this.#receive(data) });
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new Ending('truncated', 'The connection broke off: the text is incomplete.');
      });
      if (done) return;
      this.meter.byte();
      parser.feed(decoder.decode(value, { stream: true }));
    }
  }

  #receive(data) {
    const event = parse(data);
    if (typeof event?.chunk === 'string') {
      show('streaming');
      this.meter.chunk(event.chunk);
      this.answer.append(event.chunk);
    } else if (event?.status === 'starting') {
      this.id = textOf(event.id);
      element('stream-id').textContent = this.id;
    } else if (event?.status === 'complete') {
      const { status, ...usage } = event;
      const counts = Object.entries(usage).filter(([, value]) => ['number', 'string'].includes(typeof value));
      element('usage').textContent = counts.map((pair) => pair.join(' ')).join(', ');
      this.end(status);
    } else if (typeof event?.error === 'string') {
      const code = textOf(event.code);
      this.end('failed', `${event.error}${code && ` (${code})`}`);
    } else {
      throw new Ending('failed', 'The service sent an event that this page does not know.');
    }
  }

  #tick() {
    if (this.ended) return;
    this.meter.show();
    const silent = 'Nothing has come for half a minute, not even a heartbeat. The connection may be lost.';
    explain(this.meter.isSilent ? silent : '');
  }
}

/** Resolves with a response that carries a stream of events; rejects with an Ending for any other. */
async function post(text, signal) {
  const body = new TextEncoder().encode(JSON.stringify({ input: text }));
  const headers = { 'content-type': 'application/json', ...(await hashOf(body)), ...authorization() };
  const request = fetch('stream', { method: 'POST', body, headers, signal, cache: 'no-store' });
  const response = await request.catch(() => {
    throw new Ending('offline', navigator.onLine ? 'The service cannot be reached.' : 'This device is offline.');
  });
  if (response.status === 200 && mediaType(response) === 'text/event-stream') return response;
  throw await refusal(response);
}

/** CloudFront signs a request to a function URL only when the viewer tells the hash of its body. */
async function hashOf(body) {
  if (!globalThis.crypto?.subtle) return {};
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  return { 'x-amz-content-sha256': Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}

/** Not in `authorization`: CloudFront puts its own signature there. */
function authorization() {
  const value = token.value.trim();
  return value ? { 'x-authorization': `Bearer ${value}` } : {};
}

async function refusal(response) {
  if (response.ok) return new Ending('failed', `Expected a stream of events, got ${mediaType(response) || 'nothing'}.`);
  const problem = parse(await response.text().catch(() => '')) ?? {};
  // API Gateway and function URLs say `message` or `Message` where a problem document says `detail`.
  const said = [problem.detail, problem.message, problem.Message].map(textOf).find(Boolean);
  const seconds = secondsUntil(response.headers.get('retry-after'));
  const wait = seconds ? ` Try again in ${readable(seconds)} s.` : '';
  const message = `The service answered ${response.status}: ${said ?? 'no reason is given.'}${wait}`;
  const asksForToken = response.status === 401 && mediaType(response) === 'application/problem+json';
  return new Ending('failed', message, { id: textOf(problem.id), asksForToken });
}

/** The wait that `retry-after` asks for, by seconds or by a date; 0 for anything else and for a date that has passed. */
function secondsUntil(value) {
  if (/^\d+$/.test(value)) return Number(value);
  return / GMT$/.test(value) ? Math.max(0, Math.ceil((Date.parse(value) - Date.now()) / 1000)) : 0;
}

function mediaType(response) {
  return (response.headers.get('content-type') ?? '').split(';')[0].trim().toLowerCase();
}

function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** Whatever else a service puts in the place of a text would be shown as `undefined` or `[object Object]`. */
function textOf(value) {
  return typeof value === 'string' ? value : '';
}

function readable(number) {
  return number.toLocaleString('en', { maximumFractionDigits: number < 10 ? 1 : 0 });
}

/** The one place that turns a state into what is seen and heard. Nothing is announced while text arrives. */
function show(state, message = '', id = '') {
  const shown = element('state');
  if (shown.dataset.state === state) return;
  const running = ['waiting', 'streaming'].includes(state);
  shown.dataset.state = state;
  shown.textContent = state[0].toUpperCase() + state.slice(1);
  element('answer').setAttribute('aria-busy', String(running));
  enable(sendButton, !running);
  enable(stopButton, running);
  if (running) enable(copyButton, state === 'streaming');
  explain(message, id);
}

function explain(message, id = '') {
  const problem = element('problem');
  if (problem.dataset.message === message) return;
  problem.dataset.message = message;
  problem.replaceChildren();
  if (!message) return;
  add(problem, 'p', message);
  if (id) add(add(problem, 'p', 'Stream '), 'code', id);
}

function add(parent, tag, ...children) {
  const child = parent.appendChild(document.createElement(tag));
  child.append(...children);
  return child;
}

/** Not `disabled`: a button that is disabled while it has the focus loses it. */
function enable(button, enabled) {
  button.setAttribute('aria-disabled', String(!enabled));
}

async function copy() {
  if (!run?.answer.text) return;
  const copied = await navigator.clipboard?.writeText(run.answer.text).then(() => true, () => false);
  element('copied').textContent = copied ? 'Copied' : 'The browser refuses; copy by hand';
}

function send(event) {
  event.preventDefault();
  if (run && !run.ended) return;
  for (const id of ['copied', 'stream-id', 'usage']) element(id).textContent = '';
  run = new Run();
  run.start(prompt.value);
}

/** The one under way, or the last one. */
let run;
form.addEventListener('submit', send);
prompt.addEventListener('keydown', (event) => {
  if (!event.isComposing && event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
document.addEventListener('keydown', (event) => {
  if (!event.isComposing && event.key === 'Escape') run?.stop();
});
stopButton.addEventListener('click', () => run?.stop());
copyButton.addEventListener('click', copy);
