/**
 * Anchors: what the witness saw of the audit trail's log, written where the trail's writers cannot reach it. Each line of its file says
 * how far the log reached at that time and gives the digest of everything before that place. It names the hash of the line before it and
 * is signed. Pure.
 *
 * The digest is over the sealed records as they are in Kafka: the witness reads no content. Even with every key of a writer, nobody can
 * cut, change or insert a record that an anchor covers without being noticed.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson } from '../../contracts/canonical.ts';
import { Instant } from '../../contracts/messages/device.ts';
import type { Hash } from './chain.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 120 });

/** One partition: `digest` covers the records from offset `from` on, up to `offset`, which is excluded. */
export const AnchorPlace = Type.Object(
  {
    partition: Type.Integer({ minimum: 0 }),
    from: Type.Integer({ minimum: 0 }),
    offset: Type.Integer({ minimum: 0 }),
    digest: Type.String({ maxLength: 120 }),
  },
  closed,
);
export type AnchorPlace = Static<typeof AnchorPlace>;

export const Anchor = Type.Object(
  {
    v: Type.Literal(1),
    /** The number of this line, from 1. */
    line: Type.Integer({ minimum: 1 }),
    /** Everything that was in the log at this time is covered. */
    at: Instant,
    places: Type.Array(AnchorPlace, { minItems: 1, maxItems: 1_000 }),
    /** Faults that the witness found in the log since the line before. */
    faults: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 20 })),
    prev: Type.String({ maxLength: 120 }),
    key: Text,
    hash: Text,
    sig: Text,
  },
  closed,
);
export type Anchor = Static<typeof Anchor>;
const check = Compile(Anchor);

const signedText = (hash: string) => `vigil audit anchor 1 ${hash}`;

export type AnchorTip = Pick<Anchor, 'line' | 'hash'>;
export const noAnchors: AnchorTip = { line: 0, hash: '' };

/** The digest before the record at `from`. Each record changes it, in the order of its partition. */
export const digestStart = '';

/** Returns the digest after one more record. @param value base64url of the sealed record; empty for a tombstone */
export function nextDigest(digest: string, key: string, value: string, hash: Hash): string {
  return hash(canonicalJson([digest, key, value]));
}

/** Makes the next line of a file. */
export function linkAnchor(
  tip: AnchorTip,
  { at, places, faults = [] }: Pick<Anchor, 'at' | 'places' | 'faults'>,
  hash: Hash,
  signer: { readonly key: string; readonly sign: (text: string) => string },
): Anchor {
  const said = faults.length === 0 ? {} : { faults };
  const open = { v: 1 as const, line: tip.line + 1, at, places, ...said, prev: tip.hash, key: signer.key };
  const own = hash(canonicalJson(open));
  return { ...open, hash: own, sig: signer.sign(signedText(own)) };
}

/**
 * Reads one line of a file.
 * @param tip of the line before it
 * @returns the anchor, or why it is not what the witness wrote there
 */
export function readAnchor(
  text: string,
  tip: AnchorTip,
  hash: Hash,
  verify: (key: string, text: string, sig: string) => 'right' | 'wrong' | 'unknown',
): { readonly ok: true; readonly anchor: Anchor } | { readonly ok: false; readonly why: string } {
  const bad = (why: string) => ({ ok: false, why }) as const;
  let anchor: unknown;
  try {
    anchor = JSON.parse(text);
  } catch {
    return bad('is no JSON');
  }
  if (!check.Check(anchor)) return bad('is no anchor');
  const { hash: said, sig, ...open } = anchor;
  if (hash(canonicalJson(open)) !== said) return bad('was changed: its hash does not fit');
  const signed = verify(anchor.key, signedText(said), sig);
  if (signed === 'wrong') return bad('was not signed by the witness: its signature does not fit');
  if (signed === 'unknown') return bad('is signed with a key that is not known as one of the witness');
  if (anchor.line !== tip.line + 1 || anchor.prev !== tip.hash)
    return bad('does not follow the line before it: lines were taken out or put in');
  return { ok: true, anchor };
}

export type AnchorFile = {
  readonly anchors: readonly Anchor[];
  readonly tip: AnchorTip;
  /** Sentences, each with the number of its line. */
  readonly faults: readonly string[];
};

/**
 * Reads a whole file. A last line without an end was cut short by a crash and is ignored.
 * After a wrong line, reading goes on at the next line that is right on its own.
 */
export function readAnchors(text: string, hash: Hash, verify: Parameters<typeof readAnchor>[3]): AnchorFile {
  const anchors: Anchor[] = [];
  const faults: string[] = [];
  let tip = noAnchors;
  /** A line that a crash cut short. The next line follows the one before it. */
  let torn: string | undefined;
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    if (line === '') continue;
    const read = readAnchor(line, tip, hash, verify);
    if (read.ok) {
      torn = undefined;
      anchors.push(read.anchor);
      tip = read.anchor;
      continue;
    }
    const why = `line ${index + 1} of the anchors ${read.why}`;
    const alone = aloneIn(line);
    if (alone) tip = alone;
    if (torn !== undefined) faults.push(torn);
    torn = alone ? undefined : why;
    if (alone) faults.push(why);
  }
  return { anchors, tip, faults: torn === undefined ? faults : [...faults, torn] };
}

/** Returns the tip for the line after a wrong one; undefined if the line itself cannot be read. */
function aloneIn(line: string): AnchorTip | undefined {
  try {
    const anchor: unknown = JSON.parse(line);
    return check.Check(anchor) ? anchor : undefined;
  } catch {
    return undefined;
  }
}
