import { createHmac } from 'node:crypto';

/** 128 bits of HMAC-SHA-256: enough that no two devices of a hospital group meet, short enough for a key. */
const pseudonymLength = 22;

function keyedHash(key: string, label: string, id: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(`${label}\0${id}`)
    .digest('base64url')
    .slice(0, pseudonymLength);
}

/** What stands for a device or a person where others could read it (Kafka's keys, a sealed record's header). */
export function pseudonym(key: string, kind: 'device' | 'actor', id: string): string {
  return keyedHash(key, kind, id);
}

/** The association of a device that has none: the same in every gateway, so that alarms never wait for an admission. */
export function unassignedAssociation(key: string, deviceId: string): string {
  return `u-${keyedHash(key, 'unassigned', deviceId)}`;
}
