/** Tokens as libSQL servers take them: Ed25519 JWTs with `a` for access. */

import { generateKeyPairSync, sign } from 'node:crypto';

export type TokenKind = 'rw' | 'ro';

export interface Tokens {
  /** PEM, for the server's key file. */
  readonly publicKey: string;
  /** @param expiresInSeconds an hour unless given. */
  readonly sign: (kind: TokenKind, expiresInSeconds?: number) => string;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

export function createTokens(): Tokens {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign(kind, expiresInSeconds = 3_600) {
      const now = Math.floor(Date.now() / 1_000);
      const content = `${encode({ alg: 'EdDSA', typ: 'JWT' })}.${encode({ a: kind, iat: now, exp: now + expiresInSeconds })}`;
      return `${content}.${sign(null, Buffer.from(content), privateKey).toString('base64url')}`;
    },
  };
}
