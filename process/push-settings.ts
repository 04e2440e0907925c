/**
 * The settings of Web Push that several processes need. The delivery process has the private key; the dashboard gives
 * the public key to pages.
 */
import { createPublicKey } from 'node:crypto';
import { VigilError } from '../contracts/errors.ts';
import { allowedHostPattern, knownPushHosts } from '../contracts/reach-hosts.ts';
import type { Manifest } from './settings.ts';

export const pushHostSettings = {
  pushHosts: {
    kind: 'list',
    env: 'VIGIL_PUSH_HOSTS',
    help: 'hosts of push services to which Vigil may send, comma-separated: `host`, `host:port`, or `*.host` for all names below it',
    itemPattern: allowedHostPattern,
    fallback: knownPushHosts,
  },
} as const satisfies Manifest;

export const pushPublicKeySettings = {
  pushPublicKeyFile: {
    kind: 'text',
    env: 'VIGIL_PUSH_PUBLIC_KEY_FILE',
    help: 'file with the public key of Web Push (VAPID), base64url; without it, nobody can add a phone for push messages',
    fallback: '',
  },
} as const satisfies Manifest;

/**
 * Checks the public key of Web Push (RFC 8292, 3.2): the 65 bytes of a point on P-256, base64url.
 * @throws VigilError `settings-invalid`
 */
export function readPushPublicKey(text: string): string {
  const key = text.trim();
  const bytes = Buffer.from(key, 'base64url');
  try {
    if (bytes.length !== 65 || bytes[0] !== 4 || bytes.toString('base64url') !== key) throw new Error('another form');
    const [x, y] = [bytes.subarray(1, 33), bytes.subarray(33)].map((part) => part.toString('base64url'));
    createPublicKey({ key: { kty: 'EC', crv: 'P-256', x: x!, y: y! }, format: 'jwk' });
    return key;
  } catch (cause) {
    throw new VigilError(
      'settings-invalid',
      'The file that VIGIL_PUSH_PUBLIC_KEY_FILE names is not a public key of Web Push.',
      { cause },
    );
  }
}
