/**
 * The ciphers that our servers agree to with TLS 1.2, in OpenSSL's words, and those of TLS 1.3: a key for this connection alone (forward
 * secrecy), authenticated encryption. Node's own list has CBC with SHA-1 and RSA's key exchange, too (RFC 9325, 4.2).
 */
export const serverCiphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':');
