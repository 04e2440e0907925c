import { createHmac } from 'node:crypto';

/** 128 bits of HMAC-SHA-256: enough that no two devices of a hospital group get the same one, short enough for a key. */
const pseudonymLength = 22;

function keyedHash(key: string, label: string, id: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(`${label}\0${id}`)
    .digest('base64url')
    .slice(0, pseudonymLength);
}

/** Returns what stands for a device or a person in places that others can read (Kafka's keys, a sealed record's header). */
export function pseudonym(key: string, kind: 'device' | 'actor', id: string): string {
  return keyedHash(key, kind, id);
}

/** Returns the association of a device that has none. It is the same in every gateway, so that alarms never wait for an admission. */
export function unassignedAssociation(key: string, deviceId: string): string {
  return `u-${keyedHash(key, 'unassigned', deviceId)}`;
}
