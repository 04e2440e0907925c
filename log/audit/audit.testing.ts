/** Creates keys of the audit trail's writers and of the witness for tests. */
import { generateKeyPairSync } from 'node:crypto';
import type { AuditWriter, Signer } from './chain.ts';
import { type AuditKeys, auditSigners, readAuditKey, readPublicKeys, readSigner } from './keys.ts';

export function newAuditKeys() {
  const pairs = new Map(auditSigners.map((owner) => [owner, generateKeyPairSync('ed25519')]));
  const privateText = (owner: (typeof auditSigners)[number]) =>
    JSON.stringify(pairs.get(owner)!.privateKey.export({ format: 'jwk' }));
  const set: AuditKeys = {
    keys: [...pairs].map(([owner, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), owner })) as never,
  };
  return {
    ...readPublicKeys(JSON.stringify(set)),
    publicText: JSON.stringify(set),
    signer: (writer: AuditWriter): Signer => readSigner(privateText(writer), writer),
    witness: readAuditKey(privateText('witness'), 'VIGIL_AUDIT_KEY_FILE'),
  };
}
