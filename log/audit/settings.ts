import type { Manifest } from '../../process/settings.ts';

/** Settings of a process that signs: a writer of the audit trail, or the witness. */
export const auditKeySettings = {
  auditKey: {
    kind: 'secret',
    env: 'VIGIL_AUDIT_KEY_FILE',
    help: "file with this service's own private key for the audit trail, an Ed25519 JWK, mode 0600",
  },
} as const satisfies Manifest;

/** Settings of a process that verifies the audit trail. */
export const auditReaderSettings = {
  auditKeysFile: {
    kind: 'file',
    env: 'VIGIL_AUDIT_KEYS_FILE',
    help: 'public keys of the writers of the audit trail and of its witness, a JWK set',
  },
} as const satisfies Manifest;
