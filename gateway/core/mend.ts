/**
 * Reads a payload that is not quite JSON, or that has a member twice. Pure. The original bytes go to `rejected`. The log, and so every
 * reader, gets what is read here.
 */
import type { Fault } from '../../contracts/errors.ts';

export type Mended = { readonly text: string; readonly fault: Fault };

/**
 * Reads a payload that is not UTF-8 or not JSON. Drops a byte order mark before it and NULs and blanks after it, and reads each byte that
 * is not UTF-8 as U+FFFD. Undefined if that changes nothing.
 */
export function repairEncoding(payload: Uint8Array): Mended | undefined {
  const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload);
  let end = decoded.length;
  while (end > 0 && '\0 \t\r\n'.includes(decoded[end - 1]!)) end -= 1;
  const text = decoded.slice(decoded.startsWith('\ufeff') ? 1 : 0, end);
  // A U+FFFD that the device sent itself has three bytes, as many as a replaced byte gets. So only the bytes show the difference.
  const isBroken = decoded.includes('\ufffd') && !isSame(new TextEncoder().encode(decoded), payload);
  if (isBroken) return { text, fault: notUtf8 };
  return text === decoded ? undefined : { text, fault: notBare };
}

const notUtf8: Fault = { code: 'payload-not-utf8', message: 'Some bytes are not UTF-8: each is read as U+FFFD.' };
const notBare: Fault = {
  code: 'payload-not-json',
  message: 'A byte order mark or NULs stand around the JSON: it is read without them.',
};

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Members of a message that are lists of items. */
const lists = ['values', 'conditions', 'alerts'];

/**
 * Reads a JSON text in which a member comes twice in one object. JSON.parse would keep the last one silently, and could hide an alarm.
 * Both lists of values, conditions or alarms are used. An item that has a member several times becomes several items, each with one
 * of the values. If a parameter then comes twice, the graver value is judged, as always. Any other member that comes twice becomes null:
 * it cannot be used. Undefined if no member comes twice, or only in parts that nobody reads.
 * @param payload valid JSON
 * @param text the same as text
 */
export function expandRepeatedMembers(payload: Uint8Array, text: string): string | undefined {
  if (!mayRepeat(payload) || !text.trimStart().startsWith('{')) return undefined;
  let twice = false;
  const members = [...partsOf(text)].map(([name, words]): [string, string] => {
    twice ||= words.length > 1;
    if (!lists.includes(JSON.parse(name))) return [name, new Set(words).size === 1 ? words[0]! : 'null'];
    const said = words.filter((word) => word.startsWith('['));
    if (said.length === 0) return [name, words[0]!];
    const items = said.flatMap(itemsOf).flatMap((item) => {
      const each = item.startsWith('{') ? expandItem(item) : undefined;
      twice ||= each !== undefined;
      return each ?? [item];
    });
    return [name, `[${items.join()}]`];
  });
  return twice ? `{${members.map(([name, word]) => `${name}:${word}`).join()}}` : undefined;
}

/** If an item repeats a member more often than this, it is not used: each repeat would copy all the others. */
const timesMax = 8;

/** Returns one object for each value of an object's repeated member; undefined if it repeats none. */
function expandItem(object: string): string[] | undefined {
  const members = [...partsOf(object)];
  const times = members.reduce((most, [, words]) => Math.max(most, words.length), 0);
  if (times < 2) return undefined;
  if (times > timesMax) return ['null'];
  return Array.from({ length: times }, (_, i) => {
    const parts = members.map(([name, words]) => `${name}:${words[Math.min(i, words.length - 1)]}`);
    return `{${parts.join()}}`;
  });
}

/** Returns the texts of each member of an object, by the name as JSON.stringify writes it. */
function partsOf(object: string): Map<string, string[]> {
  const parts = new Map<string, string[]>();
  for (const member of itemsOf(object)) {
    const end = endOfText(member, 0);
    const name = JSON.stringify(JSON.parse(member.slice(0, end)));
    const word = member.slice(member.indexOf(':', end) + 1).trim();
    const words = parts.get(name);
    if (words === undefined) parts.set(name, [word]);
    else words.push(word);
  }
  return parts;
}

/** Returns the texts between the commas of a list or an object. No recursion: a device may nest to any depth. */
function itemsOf(text: string): string[] {
  const items: string[] = [];
  const whole = text.trim();
  let depth = 0;
  let start = 1;
  for (let i = 0; i < whole.length; i += 1) {
    const char = whole[i]!;
    if (char === '"') i = endOfText(whole, i) - 1;
    else if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    else if (char === ',' && depth === 1) {
      items.push(whole.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = whole.slice(start, -1).trim();
  return last === '' ? items : [...items, last];
}

/** Returns where the JSON string that starts at `from` ends. */
function endOfText(text: string, from: number): number {
  let i = from + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

/** Deepest nesting and most names that the quick check handles. Beyond them, the message is checked exactly. */
const depthMax = 16;
const namesMax = 128;

/** Working memory of `mayRepeat`, which runs for each packet: the hashes of the names, and where those of each open object begin. */
const hashes = new Int32Array(namesMax);
const firstOf = new Int32Array(depthMax + 1);

/** A text that is longer than any name we know is skipped and not hashed: the samples of a wave have thousands of characters. */
const hashedMax = 64;

/**
 * Whether a member may come twice in one object. False is certain; true is not. One pass over the bytes, about 1.5 µs per kilobyte.
 * @param json valid JSON
 */
function mayRepeat(json: Uint8Array): boolean {
  let depth = 0;
  let top = 0;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i]!;
    if (byte === openBrace || byte === openBracket) {
      if (depth === depthMax) return true;
      depth += 1;
      firstOf[depth] = top;
    } else if (byte === closeBrace || byte === closeBracket) {
      top = firstOf[depth]!;
      depth -= 1;
    } else if (byte === quote) {
      const start = i + 1;
      let hash = 0;
      let end = start;
      while (json[end] !== quote && json[end] !== backslash && end - start < hashedMax) {
        hash = (Math.imul(hash, 31) + json[end]!) | 0;
        end += 1;
      }
      const isPlain = json[end] === quote;
      i = isPlain ? end : quoteAfter(json, end);
      if (!isName(json, i + 1)) continue;
      // A name can be written in two ways (\u0061 is a), so its hash proves nothing.
      if (!isPlain || top === namesMax) return true;
      for (let other = firstOf[depth]!; other < top; other += 1) if (hashes[other] === hash) return true;
      hashes[top] = hash;
      top += 1;
    }
  }
  return false;
}

/** Returns where the text with the byte `from` ends: at the next quote without a backslash before it. Skips long texts fast. */
function quoteAfter(json: Uint8Array, from: number): number {
  const next = json.indexOf(quote, from);
  if (json[next - 1] !== backslash) return next;
  let i = from;
  while (json[i] !== quote) i += json[i] === backslash ? 2 : 1;
  return i;
}

const [blank, quote, backslash, colon] = [0x20, 0x22, 0x5c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Whether the text that ends before `from` is the name of a member: a colon follows it. */
function isName(json: Uint8Array, from: number): boolean {
  let i = from;
  while (json[i]! <= blank) i += 1;
  return json[i] === colon;
}
