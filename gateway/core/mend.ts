/**
 * Repairs a payload that is almost JSON, or that has a member twice in one object. The repaired text goes to the log,
 * so that all readers get the same values. The original bytes go to `rejected`.
 */
import type { Fault } from '../../contracts/errors.ts';

export type Mended = { readonly text: string; readonly fault: Fault };

/**
 * Repairs the text of a payload that is not UTF-8 or not JSON. Removes a byte order mark at the start, and NULs and
 * blanks at the end. Replaces bytes that are not UTF-8 by U+FFFD. Returns undefined if the repaired text equals the
 * payload.
 */
export function repairEncoding(payload: Uint8Array): Mended | undefined {
  const decoded = new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload);
  let end = decoded.length;
  while (end > 0 && '\0 \t\r\n'.includes(decoded[end - 1]!)) end -= 1;
  const text = decoded.slice(decoded.startsWith('\ufeff') ? 1 : 0, end);
  // The device may have sent U+FFFD itself. Then the decoded text encodes to the same bytes, and nothing is broken.
  const isBroken = decoded.includes('\ufffd') && !isSame(new TextEncoder().encode(decoded), payload);
  if (isBroken) return { text, fault: notUtf8Fault };
  return text === decoded ? undefined : { text, fault: extraCharactersFault };
}

const notUtf8Fault: Fault = {
  code: 'payload-not-utf8',
  message: 'Some bytes are not UTF-8. Each of them is read as U+FFFD.',
};
const extraCharactersFault: Fault = {
  code: 'payload-not-json',
  message: 'The payload has a byte order mark or NULs around the JSON. Vigil ignores them.',
};

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Members of a message whose value is a list of items. */
const listMembers = ['values', 'conditions', 'alerts'];

/**
 * Returns a JSON text in which no member comes twice in the message itself or in one item of its lists. JSON.parse
 * would silently keep only the last value of a repeated member, which could hide an alarm. Returns undefined if no
 * member comes twice in these parts. Objects that lie deeper are not checked.
 * - If a list of values, conditions or alarms comes twice, the two lists become one list.
 * - If an item of a list has a member several times, the item becomes several items, each with one of the values of the
 *   member. An item with more than `repeatsMax` values becomes null. If a parameter then comes twice in the message,
 *   the alarm engine uses the more serious value.
 * - Any other member that comes twice in the message itself with different values becomes null.
 * @param payload bytes of a valid JSON text
 * @param text the payload as text
 */
export function expandRepeatedMembers(payload: Uint8Array, text: string): string | undefined {
  if (!mayRepeat(payload) || !text.trimStart().startsWith('{')) return undefined;
  let hasRepeat = false;
  const members = [...membersOf(text)].map(([name, values]): [string, string] => {
    hasRepeat ||= values.length > 1;
    if (!listMembers.includes(JSON.parse(name))) return [name, new Set(values).size === 1 ? values[0]! : 'null'];
    const lists = values.filter((value) => value.startsWith('['));
    if (lists.length === 0) return [name, values[0]!];
    const items = lists.flatMap(itemsOf).flatMap((item) => {
      const expanded = item.startsWith('{') ? expandItem(item) : undefined;
      hasRepeat ||= expanded !== undefined;
      return expanded ?? [item];
    });
    return [name, `[${items.join()}]`];
  });
  return hasRepeat ? `{${members.map(([name, value]) => `${name}:${value}`).join()}}` : undefined;
}

/**
 * Maximum number of values of one member in an item. An item with more is not used, because each value copies all other
 * members.
 */
const repeatsMax = 8;

/** Returns one object for each value of the repeated member; undefined if the object repeats no member. */
function expandItem(object: string): string[] | undefined {
  const members = [...membersOf(object)];
  const repeats = members.reduce((max, [, values]) => Math.max(max, values.length), 0);
  if (repeats < 2) return undefined;
  if (repeats > repeatsMax) return ['null'];
  return Array.from({ length: repeats }, (_, i) => {
    const parts = members.map(([name, values]) => `${name}:${values[Math.min(i, values.length - 1)]}`);
    return `{${parts.join()}}`;
  });
}

/**
 * Returns for each member of an object the JSON texts of its values. The key is the member's name as JSON.stringify
 * writes it.
 */
function membersOf(object: string): Map<string, string[]> {
  const members = new Map<string, string[]>();
  for (const member of itemsOf(object)) {
    const end = endOfText(member, 0);
    const name = JSON.stringify(JSON.parse(member.slice(0, end)));
    const value = member.slice(member.indexOf(':', end) + 1).trim();
    const values = members.get(name);
    if (values === undefined) members.set(name, [value]);
    else values.push(value);
  }
  return members;
}

/**
 * Returns the texts between the commas of a list or an object. Uses no recursion, because a device may nest to any
 * depth.
 */
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

/** Returns the index after the closing quote of the JSON string that starts at `from`. */
function endOfText(text: string, from: number): number {
  let i = from + 1;
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1;
  return i + 1;
}

/**
 * Maximum depth and maximum number of names that `mayRepeat` can check. If a message has more, `mayRepeat` returns
 * true.
 */
const depthMax = 16;
const namesMax = 128;

/** Hashes of the names in all open objects. Allocated once, because `mayRepeat` runs for each packet. */
const hashes = new Int32Array(namesMax);
/** Index in `hashes` of the first name of the open object at each depth. */
const firstAtDepth = new Int32Array(depthMax + 1);

/**
 * Strings longer than this are not hashed. No name is so long, and the samples of a wave have thousands of characters.
 */
const hashedLengthMax = 64;

/**
 * Returns false if certainly no member comes twice in one object; true if a member may come twice. Reads the bytes
 * once, in about 1.5 µs per kilobyte.
 * @param json bytes of a valid JSON text
 */
function mayRepeat(json: Uint8Array): boolean {
  let depth = 0;
  let top = 0;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json[i]!;
    if (byte === openBrace || byte === openBracket) {
      if (depth === depthMax) return true;
      depth += 1;
      firstAtDepth[depth] = top;
    } else if (byte === closeBrace || byte === closeBracket) {
      top = firstAtDepth[depth]!;
      depth -= 1;
    } else if (byte === quote) {
      const start = i + 1;
      let hash = 0;
      let end = start;
      while (json[end] !== quote && json[end] !== backslash && end - start < hashedLengthMax) {
        hash = (Math.imul(hash, 31) + json[end]!) | 0;
        end += 1;
      }
      const isPlain = json[end] === quote;
      i = isPlain ? end : quoteAfter(json, end);
      if (!isName(json, i + 1)) continue;
      // A name with an escape can equal a name without an escape (\u0061 is a), but their hashes differ. So the hashes
      // would not show that the member comes twice.
      if (!isPlain || top === namesMax) return true;
      for (let nameIndex = firstAtDepth[depth]!; nameIndex < top; nameIndex += 1)
        if (hashes[nameIndex] === hash) return true;
      hashes[top] = hash;
      top += 1;
    }
  }
  return false;
}

/** Returns the index of the closing quote of the JSON string in which the byte `from` lies. */
function quoteAfter(json: Uint8Array, from: number): number {
  const next = json.indexOf(quote, from);
  if (json[next - 1] !== backslash) return next;
  let i = from;
  while (json[i] !== quote) i += json[i] === backslash ? 2 : 1;
  return i;
}

const [blank, quote, backslash, colon] = [0x20, 0x22, 0x5c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Returns whether the string that ends before `from` is the name of a member: the next character is a colon. */
function isName(json: Uint8Array, from: number): boolean {
  let i = from;
  while (json[i]! <= blank) i += 1;
  return json[i] === colon;
}
