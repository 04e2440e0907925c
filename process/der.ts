/**
 * Reads DER (X.690 section 10), only as much as a certificate revocation list needs. A general ASN.1 library takes
 * seconds for some thousand entries, and in that time the gateway would acknowledge no readings.
 */

/** The positions of a DER element in the bytes. */
export type Element = {
  readonly tag: number;
  /** Position of the tag, of the content, and of the byte after the element. */
  readonly start: number;
  readonly content: number;
  readonly end: number;
};

export const tags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** Thrown if the bytes are not DER. The caller throws its own error instead. */
export class DerError extends Error {}

/**
 * Returns the element that begins at `at` and ends at `end` or before. Tags of more than one byte are not supported.
 */
export function elementAt(bytes: Buffer, at: number, end: number): Element {
  const tag = bytes[at];
  const lengthByte = bytes[at + 1];
  if (tag === undefined || lengthByte === undefined || at + 2 > end || (tag & 0x1f) === 0x1f)
    throw new DerError('the element is cut off');
  if (lengthByte < 0x80) return requireWithin({ tag, start: at, content: at + 2, end: at + 2 + lengthByte }, end);
  const count = lengthByte & 0x7f;
  if (count === 0 || count > 4 || at + 2 + count > end) throw new DerError('a length form that DER does not allow');
  const length = bytes.readUIntBE(at + 2, count);
  // DER writes a length in as few bytes as possible.
  if (length < 0x80 || length < 2 ** (8 * (count - 1))) throw new DerError('a length with too many bytes');
  return requireWithin({ tag, start: at, content: at + 2 + count, end: at + 2 + count + length }, end);
}

function requireWithin(element: Element, end: number): Element {
  if (element.end > end) throw new DerError('the element is cut off');
  return element;
}

/** Returns the elements inside an element. */
export function childrenOf(bytes: Buffer, { content, end }: Element): Element[] {
  const children: Element[] = [];
  for (let offset = content; offset < end; ) {
    const child = elementAt(bytes, offset, end);
    children.push(child);
    offset = child.end;
  }
  return children;
}

export function contentOf(bytes: Buffer, { content, end }: Element): Buffer {
  return bytes.subarray(content, end);
}

/** Returns the bytes of an element with its tag and length. */
export function encodedBytesOf(bytes: Buffer, { start, end }: Element): Buffer {
  return bytes.subarray(start, end);
}

/** Returns the element. Throws if the element is missing or does not have this tag. */
export function expectTag(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new DerError(`no element with tag ${tag}`);
  return element;
}

const utcPattern = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const generalizedPattern = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/**
 * Reads UTCTime or GeneralizedTime in the form of RFC 5280 section 4.1.2.5, in ms since 1970; undefined if the element
 * is not a time.
 */
export function timeOf(bytes: Buffer, element: Element | undefined): number | undefined {
  if (element?.tag !== tags.utcTime && element?.tag !== tags.generalizedTime) return undefined;
  const isUtcTime = element.tag === tags.utcTime;
  const match = (isUtcTime ? utcPattern : generalizedPattern).exec(contentOf(bytes, element).toString('latin1'));
  if (!match) throw new DerError('an invalid time');
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const ms = Date.UTC(isUtcTime ? year + (year >= 50 ? 1900 : 2000) : year, month - 1, day, hour, minute, second);
  if (!Number.isFinite(ms)) throw new DerError('an invalid time');
  return ms;
}
