import { createHmac } from 'node:crypto';

/**
 * Length of a pseudonym, characters of base64url. So a pseudonym has more than 128 bits of the HMAC, and two devices
 * practically never get the same pseudonym.
 */
const pseudonymLength = 22;

function keyedHash(key: string, label: string, id: string): string {
  return createHmac('sha256', Buffer.from(key, 'base64url'))
    .update(`${label}\0${id}`)
    .digest('base64url')
    .slice(0, pseudonymLength);
}

/**
 * Returns the name of a device, a person or a ward in places that are not encrypted (keys of Kafka records, headers of
 * sealed records).
 */
export function pseudonym(key: string, kind: 'device' | 'actor' | 'ward', id: string): string {
  return keyedHash(key, kind, id);
}

/**
 * Returns the association id for a device without a patient. An alarm needs an association. With this id, a device
 * without a patient can have alarms, too. Every gateway computes the same id for a device.
 */
export function unassignedAssociation(key: string, deviceId: string): string {
  return `u-${keyedHash(key, 'unassigned', deviceId)}`;
}

/**
 * Creates a function that returns the pseudonym of a person. The function remembers the pseudonyms of 10,000 persons.
 * For further persons it computes the pseudonym at each call.
 */
export function rememberedPseudonyms(key: string): (userId: string) => string {
  const names = new Map<string, string>();
  return (userId) => {
    const name = names.get(userId) ?? pseudonym(key, 'actor', userId);
    if (names.size < 10_000) names.set(userId, name);
    return name;
  };
}
