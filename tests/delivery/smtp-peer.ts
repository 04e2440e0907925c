/** A real SMTP server on loopback (smtp-server), which makes faults on request. */

import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { SMTPServer } from 'smtp-server';
import type { Pair } from '../../certs/issue.ts';
import { peerCertificate } from './authority.ts';

export type ReceivedMail = { readonly from: string; readonly to: readonly string[]; readonly source: string };

export type SmtpPeer = {
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** Codes with which the peer refuses the next recipients, in order. */
  recipientReplies: number[];
  /**
   * What the peer does with the next mails, in order. A code refuses the mail. `drop`: accepts the mail and breaks the
   * connection. `hang`: accepts the mail and never answers.
   */
  contentReplies: (number | 'drop' | 'hang')[];
  /** Returns the number of connections so far. */
  connectionCount(): number;
  close(): Promise<void>;
};

export type SmtpPeerOptions = {
  readonly tls: 'starttls' | 'implicit' | 'none';
  readonly certificate?: Pair;
  readonly login?: { readonly user: string; readonly password: string };
};

export async function startSmtpPeer({ tls, certificate, login }: SmtpPeerOptions): Promise<SmtpPeer> {
  const { certificate: cert, key } = certificate ?? (await peerCertificate(['localhost', '127.0.0.1']));
  const mails: ReceivedMail[] = [];
  let connections = 0;
  const replied = (code: number) => Object.assign(new Error('Refused by the test'), { responseCode: code });
  const server = new SMTPServer({
    secure: tls === 'implicit',
    cert,
    key,
    authOptional: login === undefined,
    closeTimeout: 100,
    disabledCommands: [...(login === undefined ? ['AUTH'] : []), ...(tls === 'none' ? ['STARTTLS'] : [])],
    onConnect(_session, done) {
      connections += 1;
      done();
    },
    onAuth({ username, password }, _session, done) {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(new Error('Wrong password'));
    },
    onRcptTo(_address, _session, done) {
      const code = peer.recipientReplies.shift();
      done(code === undefined ? null : replied(code));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const reply = peer.contentReplies.shift();
        if (typeof reply === 'number') return done(replied(reply));
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({ from, to: rcptTo.map(({ address }) => address), source: Buffer.concat(chunks).toString() });
        if (reply === 'hang') return;
        if (reply === 'drop') for (const connection of server.connections) connection._socket.destroy();
        done();
      });
    },
  });
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const peer: SmtpPeer = {
    port: (server.server.address() as AddressInfo).port,
    mails,
    recipientReplies: [],
    contentReplies: [],
    connectionCount: () => connections,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return peer;
}

/** Starts a server that accepts connections but never answers. */
export async function startSilentPeer(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Starts a mail server that never ends its answer to one command: it sends further lines of this answer.
 * @param at the command whose answer never ends: the greeting, EHLO, the content of a mail, or QUIT
 */
export async function startDribblingPeer(at: 'greeting' | 'EHLO' | 'DATA' | 'QUIT') {
  const { certificate: cert, key } = await peerCertificate(['localhost', '127.0.0.1']);
  const open = new Set<Socket>();
  let dribbles = 0;
  const server = createTlsServer({ cert, key }, (socket) => {
    open.add(socket);
    let timer: NodeJS.Timeout | undefined;
    const dribble = (code: number) => {
      dribbles += 1;
      timer = setInterval(() => socket.write(`${code}-more\r\n`), 50);
    };
    const answers: Readonly<Record<string, () => unknown>> = {
      EHLO: () => (at === 'EHLO' ? dribble(250) : socket.write('250 peer\r\n')),
      MAIL: () => socket.write('250 ok\r\n'),
      RCPT: () => socket.write('250 ok\r\n'),
      DATA: () => (at === 'DATA' ? dribble(354) : socket.write('354 go on\r\n')),
      QUIT: () => (at === 'QUIT' ? dribble(221) : socket.end('221 bye\r\n')),
    };
    socket.on('error', () => {});
    socket.on('data', (chunk) => answers[chunk.toString().slice(0, 4).toUpperCase()]?.());
    socket.on('close', () => {
      clearInterval(timer);
      open.delete(socket);
    });
    if (at === 'greeting') dribble(220);
    else socket.write('220 peer\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    openCount: () => open.size,
    dribbleCount: () => dribbles,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
