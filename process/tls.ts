/**
 * The ciphers that Vigil's servers accept, in OpenSSL's names: three of TLS 1.3, then those of TLS 1.2. All have
 * forward secrecy and authenticated encryption. Node's default list also has ciphers against which RFC 9325, section 4,
 * advises (CBC with SHA-1, key exchange with RSA).
 */
export const serverCiphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':');
