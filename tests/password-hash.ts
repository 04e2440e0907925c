/** Makes password hashes that cost little, for the accounts of tests. */
import { argon2Sync, randomBytes } from 'node:crypto';

/** The lowest cost that argon2id allows (RFC 9106, section 3.1). `memory` is in KiB. */
const cost = { memory: 8, passes: 1, parallelism: 1 } as const;

/**
 * Returns an argon2id hash of the password, in the same form as `hashPassword` of the product. The stored hash decides
 * how much a login costs the server. With the product's cost, each login of a test takes 0.2 s of processor time; with
 * this cost, almost none. Tests about the hash itself, and the attacks, use the hashes of the product.
 */
export function cheapHash(password: string): string {
  const nonce = randomBytes(16);
  const tag = argon2Sync('argon2id', {
    message: Buffer.from(password.normalize('NFKC')),
    nonce,
    tagLength: 32,
    ...cost,
  });
  const b64 = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${b64(nonce)}$${b64(tag)}`;
}
