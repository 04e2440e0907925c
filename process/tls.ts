/**
 * The ciphers that our servers accept with TLS 1.2, in OpenSSL's names, and those of TLS 1.3: each connection has its own key (forward
 * secrecy), and encryption is authenticated. Node's own list also has CBC with SHA-1 and RSA's key exchange (RFC 9325, 4.2).
 */
export const serverCiphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':');
