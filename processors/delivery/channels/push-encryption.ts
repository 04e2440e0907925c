/**
 * Encrypts a push message for one subscription: RFC 8291 (Message Encryption for Web Push) with the coding `aes128gcm`
 * of RFC 8188. The push service cannot read the message.
 */
import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from 'node:crypto';

/**
 * Longest plain text, bytes. A push service must accept 4,096 bytes (RFC 8030, 7.2). Header, padding and tag need 103
 * of these bytes (RFC 8291, 4).
 */
export const plainBytesMax = 3_993;
const recordBytes = 4_096;

export type SubscriptionKeys = { readonly p256dh: string; readonly auth: string };

/**
 * Returns the encrypted body of the request.
 * @param fixed for tests with the example of RFC 8291, 5: the key and the salt; if absent, both are random
 * @throws RangeError if the text is too long; Error if the keys of the subscription are not valid
 */
export function encryptPush(
  plain: Buffer,
  keys: SubscriptionKeys,
  fixed?: { readonly ecdh: ECDH; readonly salt: Buffer },
): Buffer {
  if (plain.length > plainBytesMax) throw new RangeError('The push message is too long.');
  const receiverKey = Buffer.from(keys.p256dh, 'base64url');
  const auth = Buffer.from(keys.auth, 'base64url');
  if (receiverKey.length !== 65 || auth.length !== 16) throw new Error('The keys of the subscription are not valid.');
  const ecdh = fixed?.ecdh ?? createECDH('prime256v1');
  if (!fixed) ecdh.generateKeys();
  const salt = fixed?.salt ?? randomBytes(16);
  const senderKey = ecdh.getPublicKey();

  // RFC 8291, 3.4. computeSecret throws if the key is not on the curve.
  const secret = ecdh.computeSecret(receiverKey);
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), receiverKey, senderKey]);
  const inputKey = Buffer.from(hkdfSync('sha256', secret, auth, keyInfo, 32));
  // RFC 8188, 2.2 and 2.3. There is only one record. Its sequence number is 0, so the nonce does not change.
  const key = Buffer.from(hkdfSync('sha256', inputKey, salt, 'Content-Encoding: aes128gcm\0', 16));
  const nonce = Buffer.from(hkdfSync('sha256', inputKey, salt, 'Content-Encoding: nonce\0', 12));
  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  // The delimiter 2 marks the last record (RFC 8188, 2).
  const sealed = Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.of(2)),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const header = Buffer.alloc(21);
  salt.copy(header);
  header.writeUInt32BE(recordBytes, 16);
  header.writeUInt8(senderKey.length, 20);
  return Buffer.concat([header, senderKey, sealed]);
}
