/** Password hashes: argon2id (RFC 9106) in the PHC string format, through `node:crypto`. */
import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/** RFC 9106, section 4: the second recommended option, for machines with little memory: 3 passes, 4 lanes, 64 MiB. */
const cost = { memory: 65_536, passes: 3, parallelism: 4 } as const;
const nonceBytes = 16;
const tagBytes = 32;

type Cost = { readonly memory: number; readonly passes: number; readonly parallelism: number };
type Parsed = { readonly cost: Cost; readonly nonce: Buffer; readonly tag: Buffer };

const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

/**
 * Returns the parts of a hash; undefined if the text is not an accepted hash. The cost is limited, so that a hash in
 * the file cannot make the server use all memory.
 */
export function parseHash(text: string): Parsed | undefined {
  const parts = phc.exec(text);
  if (!parts) return undefined;
  const [memory, passes, parallelism] = parts.slice(1, 4).map(Number) as [number, number, number];
  if (memory < 8 * parallelism || memory > 1_048_576 || passes < 1 || parallelism < 1) return undefined;
  return {
    cost: { memory, passes, parallelism },
    nonce: Buffer.from(parts[4]!, 'base64'),
    tag: Buffer.from(parts[5]!, 'base64'),
  };
}

/** Returns `$argon2id$v=19$m=65536,t=3,p=4$<nonce>$<tag>`; nonce and tag are base64 without padding. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(nonceBytes);
  const tag = await derive(password, nonce, tagBytes, cost);
  const b64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${b64(nonce)}$${b64(tag)}`;
}

/**
 * A hash that matches no password. This hash is checked if the user does not exist. So the answer takes the same time
 * for existing and for unknown users.
 */
export const unmatchableHash = `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** Returns whether the password belongs to the hash. Throws if `hash` is malformed. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parseHash(hash);
  if (!parsed) throw new TypeError('not an argon2id hash');
  const tag = await derive(password, parsed.nonce, parsed.tag.length, parsed.cost);
  return timingSafeEqual(tag, parsed.tag);
}

function derive(
  password: string,
  nonce: Buffer,
  tagLength: number,
  { memory, passes, parallelism }: Cost,
): Promise<Buffer> {
  const message = Buffer.from(password.normalize('NFKC'));
  return new Promise((resolve, reject) => {
    argon2('argon2id', { message, nonce, parallelism, tagLength, memory, passes }, (error, tag) =>
      error ? reject(error) : resolve(Buffer.from(tag)),
    );
  });
}
