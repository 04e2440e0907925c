/**
 * Anchors of the audit trail: lines of a file. The witness writes this file, and the writers of the trail cannot change
 * it. An anchor has a time, and an offset and a digest for each partition of the topic `audit`. The offset is the end
 * of the partition at that time. The digest covers all records before this offset. Each line has the hash of the line
 * before and is signed. Pure.
 *
 * The digest is over the sealed records as they are in Kafka, because the witness cannot open them. An anchor reveals
 * removed, changed and inserted records before its offset, even if the attacker has all keys of the writers.
 */
import { type Static, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { canonicalJson } from '../../contracts/canonical.ts';
import { Instant } from '../../contracts/messages/device.ts';
import type { Hash } from './chain.ts';

const noOtherMembers = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 120 });

/** The anchor of one partition: `digest` covers the records with the offsets `from` to `offset` - 1. */
export const PartitionAnchor = Type.Object(
  {
    partition: Type.Integer({ minimum: 0 }),
    from: Type.Integer({ minimum: 0 }),
    offset: Type.Integer({ minimum: 0 }),
    digest: Type.String({ maxLength: 120 }),
  },
  noOtherMembers,
);
export type PartitionAnchor = Static<typeof PartitionAnchor>;

export const Anchor = Type.Object(
  {
    v: Type.Literal(1),
    /** The number of this line, from 1. */
    line: Type.Integer({ minimum: 1 }),
    /** The anchor covers all records that were in the log at this time. */
    at: Instant,
    /** One entry for each partition of `audit`. */
    places: Type.Array(PartitionAnchor, { minItems: 1, maxItems: 1_000 }),
    /** Faults that the witness has found in the log since the former line. */
    faults: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 20 })),
    prev: Type.String({ maxLength: 120 }),
    key: Text,
    hash: Text,
    sig: Text,
  },
  noOtherMembers,
);
export type Anchor = Static<typeof Anchor>;
const check = Compile(Anchor);

const signedText = (hash: string) => `vigil audit anchor 1 ${hash}`;

export type AnchorTip = Pick<Anchor, 'line' | 'hash'>;
export const noAnchors: AnchorTip = { line: 0, hash: '' };

/** The digest before the first record. */
export const digestStart = '';

/**
 * Adds the next record of the partition to a digest. Returns the new digest.
 * @param value base64url of the sealed record; empty for a tombstone
 */
export function nextDigest(digest: string, key: string, value: string, hash: Hash): string {
  return hash(canonicalJson([digest, key, value]));
}

/** Creates the anchor of the next line. @param tip line number and hash of the former line */
export function createNextAnchor(
  tip: AnchorTip,
  { at, places, faults = [] }: Pick<Anchor, 'at' | 'places' | 'faults'>,
  hash: Hash,
  signer: { readonly key: string; readonly sign: (text: string) => string },
): Anchor {
  const foundFaults = faults.length === 0 ? {} : { faults };
  const hashed = { v: 1 as const, line: tip.line + 1, at, places, ...foundFaults, prev: tip.hash, key: signer.key };
  const ownHash = hash(canonicalJson(hashed));
  return { ...hashed, hash: ownHash, sig: signer.sign(signedText(ownHash)) };
}

/**
 * Parses and verifies one line of a file.
 * @param tip line number and hash of the former line
 * @returns the anchor, or the reason why the line is wrong, as the second half of a sentence
 */
export function readAnchor(
  text: string,
  tip: AnchorTip,
  hash: Hash,
  verify: (key: string, text: string, sig: string) => 'right' | 'wrong' | 'unknown',
): { readonly ok: true; readonly anchor: Anchor } | { readonly ok: false; readonly why: string } {
  const refused = (why: string) => ({ ok: false, why }) as const;
  let anchor: unknown;
  try {
    anchor = JSON.parse(text);
  } catch {
    return refused('is not JSON');
  }
  if (!check.Check(anchor)) return refused('is not an anchor');
  const { hash: ownHash, sig, ...hashed } = anchor;
  if (hash(canonicalJson(hashed)) !== ownHash) return refused('was changed: its hash does not fit');
  const signatureVerdict = verify(anchor.key, signedText(ownHash), sig);
  if (signatureVerdict === 'wrong') return refused('was not signed by the witness: its signature does not fit');
  if (signatureVerdict === 'unknown') return refused('is signed with a key that is not a known key of the witness');
  if (anchor.line !== tip.line + 1 || anchor.prev !== tip.hash)
    return refused('does not follow the line before it: lines were removed or inserted');
  return { ok: true, anchor };
}

export type AnchorFile = {
  readonly anchors: readonly Anchor[];
  readonly tip: AnchorTip;
  /** Each fault is a sentence with the number of the line. */
  readonly faults: readonly string[];
};

/**
 * Parses and verifies a whole file. Ignores an incomplete last line (without a line end), which a crash of the witness
 * can leave. The lines after a wrong line are verified too.
 */
export function readAnchors(text: string, hash: Hash, verify: Parameters<typeof readAnchor>[3]): AnchorFile {
  const anchors: Anchor[] = [];
  const faults: string[] = [];
  let tip = noAnchors;
  /**
   * The fault of an unreadable line. The fault is not reported if the next line is right, because then a crash cut the
   * unreadable line short.
   */
  let unreadableFault: string | undefined;
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    if (line === '') continue;
    const result = readAnchor(line, tip, hash, verify);
    if (result.ok) {
      unreadableFault = undefined;
      anchors.push(result.anchor);
      tip = result.anchor;
      continue;
    }
    const why = `line ${index + 1} of the anchors ${result.why}`;
    const tipOfWrongLine = tipOf(line);
    if (tipOfWrongLine) tip = tipOfWrongLine;
    if (unreadableFault !== undefined) faults.push(unreadableFault);
    unreadableFault = tipOfWrongLine ? undefined : why;
    if (tipOfWrongLine) faults.push(why);
  }
  return { anchors, tip, faults: unreadableFault === undefined ? faults : [...faults, unreadableFault] };
}

/** Returns number and hash of a line without verifying the line; undefined if the line is not an anchor. */
function tipOf(line: string): AnchorTip | undefined {
  try {
    const anchor: unknown = JSON.parse(line);
    return check.Check(anchor) ? anchor : undefined;
  } catch {
    return undefined;
  }
}
