/**
 * The channel `mail`: SMTP with TLS. A mail only informs: nobody can answer the mail, and Vigil does not know whether a
 * person has seen it. A canary connects and logs in, but sends no mail.
 */
import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import { secondMs } from '../../../contracts/durations.ts';
import type { ReachEntry } from '../../../contracts/messages/delivery-commands.ts';
import { visibleText } from '../../../contracts/text.ts';
import type { Channel, OutgoingMessage } from './channel.ts';
import { checkMsMax } from './check-time.ts';
import { type MessageDetails, messageText } from './core/message-text.ts';
import { wordsOf } from './core/message-words.ts';
import { type Courier, failed, type TryResult, tryMsMax } from './courier.ts';
import { failureReason } from './failure-reason.ts';
import { checkLogin } from './smtp-check.ts';

/** After Vigil has closed a connection, the server may keep its side open for this time, ms (ours). */
const closeMsMax = secondMs;

export type MailEntry = Extract<ReachEntry, { channel: 'mail' }>;

export type MailServer = {
  readonly host: string;
  readonly port: number;
  /**
   * `starttls`: the connection begins without TLS, and nothing is sent before TLS has begun. `implicit`: TLS from the
   * first byte.
   */
  readonly tls: 'starttls' | 'implicit';
  /** Trusted authorities, PEM. */
  readonly ca: readonly string[];
  /** Empty: the server needs no login. */
  readonly user: string;
  readonly password: string;
  /** The address of the sender. */
  readonly from: string;
};

export type MailOptions = {
  readonly server: MailServer;
  readonly courier: Courier;
  readonly details: MessageDetails;
  readonly now: () => number;
};

export function createMailChannel({ server, courier, details, now }: MailOptions): Channel<MailEntry> {
  const options = connectionOf(server);
  const login = server.user === '' ? undefined : { user: server.user, pass: server.password };
  const transport = createTransport({
    ...options,
    ...(login && { auth: login }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const host = `${server.host}:${server.port}`;

  return {
    name: 'mail',
    confirms: 'taken',
    send: (entry, message, signal) =>
      courier.send({
        to: entry.reachId,
        host,
        uselessAfterMs: message.uselessAfterMs,
        signal,
        attempt: (trySignal) =>
          resultOf(transport.sendMail({ ...mailOf(server, entry, message, details), signal: trySignal }), 'taken'),
      }),
    check: (entry, _check, signal) =>
      courier.send({
        to: entry.reachId,
        host,
        uselessAfterMs: now() + checkMsMax,
        signal,
        attempt: (trySignal) => resultOf(checkLogin(options, login, trySignal), 'sent'),
      }),
    isDown: (entry) => courier.isDown(host, entry.reachId),
    close: async () => transport.close(),
  };
}

function connectionOf({ host, port, tls, ca }: MailServer) {
  return {
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: true,
    // Explicit, so that no environment variable can turn the check of the certificate off.
    tls: { ca: [...ca], rejectUnauthorized: true, minVersion: 'TLSv1.2' as const },
    dnsTimeout: tryMsMax,
    connectionTimeout: tryMsMax,
    greetingTimeout: tryMsMax,
    socketTimeout: tryMsMax,
    socketCloseTimeout: closeMsMax,
  };
}

function mailOf({ from }: MailServer, entry: MailEntry, message: OutgoingMessage, details: MessageDetails) {
  const { title, lines } = messageText(message, details, entry.language);
  const isHigh = message.alarms[0]?.priority === 'high';
  return {
    envelope: { from, to: [entry.address] },
    from: { name: 'Vigil', address: from },
    // A line break in a name must not begin a new header.
    to: { name: visibleText(message.name), address: entry.address },
    subject: title,
    text: `${[title, ...lines, '', wordsOf(entry.language).noAnswer].join('\n')}\n`,
    messageId: messageIdOf(message.messageId, from),
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(isHigh ? { priority: 'high' as const } : {}),
  };
}

/**
 * Returns an id that is the same at each try, so that the receiver can recognise a repeated message (RFC 5322, 3.6.4).
 */
function messageIdOf(messageId: string, from: string): string {
  const id = createHash('sha256').update(messageId).digest('hex').slice(0, 40);
  return `<vigil.${id}@${from.slice(from.lastIndexOf('@') + 1)}>`;
}

async function resultOf(sending: Promise<unknown>, stage: 'taken' | 'sent'): Promise<TryResult> {
  try {
    await sending;
    return { result: { kind: 'reached', stage }, host: 'works' };
  } catch (error) {
    return failureOf(error as SmtpError);
  }
}

type SmtpError = Error & { readonly code?: string; readonly responseCode?: number };

/**
 * RFC 5321, 4.2.1: after a refusal with 4yz, the server may accept the mail later. After a refusal with 5yz, the server
 * never accepts the mail.
 */
function failureOf(error: SmtpError): TryResult {
  const { code = '', responseCode = 0 } = error;
  if (code === 'EAUTH' || code === 'ENOAUTH')
    return failed('permanent', 'The mail server refuses the login of Vigil.', 'fails');
  if (code === 'ETLS' || code === 'ESOCKET' || responseCode === 0) {
    const { class: kind, reason } = failureReason(error);
    return failed(
      kind,
      reason.replaceAll('The host', 'The mail server').replaceAll('the host', 'the mail server'),
      code === 'EABORT' ? 'unknown' : 'fails',
    );
  }
  // 421: the server closes the connection because it does not work now.
  if (responseCode < 500)
    return failed(
      'transient',
      `The mail server asks to try later (${responseCode}).`,
      responseCode === 421 ? 'fails' : 'works',
    );
  return failed('permanent', `The mail server refuses the mail (${responseCode}).`, 'works');
}
