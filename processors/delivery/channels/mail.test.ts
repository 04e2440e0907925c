import { createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { hospitalCa, peerCertificate } from '../../../tests/delivery/authority.ts';
import { mailEntry, testAlarm, testMessage } from '../../../tests/delivery/messages.ts';
import {
  type SmtpPeer,
  type SmtpPeerOptions,
  startDribblingPeer,
  startSilentPeer,
  startSmtpPeer,
} from '../../../tests/delivery/smtp-peer.ts';
import type { MessageDetails } from './core/message-text.ts';
import { createCourier } from './courier.ts';
import { createMailChannel, type MailServer } from './mail.ts';
import { createSendCounts } from './send-counts.ts';

const never = new AbortController().signal;
const now = Date.now;
const check = { checkId: '0b7f5c1e-3333-4444-8888-1234567890ab', userId: 'anna', name: 'Anna Berg' };
const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource.close();
});

function openMail(port: number, change: Partial<MailServer> = {}, details: MessageDetails = 'bed') {
  const server: MailServer = {
    host: 'localhost',
    port,
    tls: 'starttls',
    ca: [hospitalCa.certificate],
    user: '',
    password: '',
    from: 'vigil@hospital.example',
    ...change,
  };
  const counts = createSendCounts();
  const courier = createCourier({ counts, now, monotonicMs: () => performance.now(), random: () => 0 });
  opened.push(courier);
  const channel = createMailChannel({ server, courier, details, now });
  opened.push(channel);
  return Object.assign(channel, { counts });
}

async function startPeer(options: SmtpPeerOptions = { tls: 'starttls' }): Promise<SmtpPeer> {
  const peer = await startSmtpPeer(options);
  opened.push(peer);
  return peer;
}

const headerOf = (source: string, name: string) =>
  source
    .replace(/\r\n[ \t]/g, ' ')
    .split('\r\n\r\n')[0]!
    .split('\r\n')
    .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
    .map((line) => line.slice(name.length + 2));

describe('a mail', () => {
  it.each(['starttls', 'implicit'] as const)(
    'a mail is sent over TLS (%s), and has the bed but no value',
    async (tls) => {
      const peer = await startPeer({ tls });
      const result = await openMail(peer.port, { tls }).send(mailEntry(), testMessage(), never);
      expect(result).toEqual({ kind: 'reached', stage: 'taken' });
      const [mail] = peer.mails;
      expect(mail).toMatchObject({ from: 'vigil@hospital.example', to: ['anna@hospital.example'] });
      expect(headerOf(mail!.source, 'Subject')).toEqual(['ICU-3: High alarm']);
      expect(headerOf(mail!.source, 'To')).toEqual(['Anna Berg <anna@hospital.example>']);
      expect(headerOf(mail!.source, 'Auto-Submitted')).toEqual(['auto-generated']);
      expect(headerOf(mail!.source, 'Content-Type')[0]).toContain('text/plain');
      expect(mail!.source).toContain('ICU-3: High alarm, since 14:01:03 UTC');
      expect(mail!.source).not.toMatch(/HR 134|134 >|> 120/);
    },
  );

  it('a mail is in the language of its address, with the time of the ward', async () => {
    const peer = await startPeer({ tls: 'starttls' });
    const message = testMessage({ alarms: [testAlarm({ zone: 'Europe/Berlin' })] });
    await openMail(peer.port, {}).send({ ...mailEntry(), language: 'de' }, message, never);
    const [mail] = peer.mails;
    expect(headerOf(mail!.source, 'Subject')).toEqual(['ICU-3: Hoher Alarm']);
    expect(mail!.source).toContain('ICU-3: Hoher Alarm, seit 15:01:03 CET');
    expect(mail!.source).not.toMatch(/alarm,|since|UTC|answer/);
  });

  it('a mail is sent after a login with the password of the settings', async () => {
    const login = { user: 'vigil', password: 'right' };
    const peer = await startPeer({ tls: 'starttls', login });
    expect(await openMail(peer.port, login).send(mailEntry(), testMessage(), never)).toMatchObject({ kind: 'reached' });
    const wrong = openMail(peer.port, { ...login, password: 'wrong-password' });
    const result = await wrong.send(mailEntry(), testMessage(), never);
    expect(result).toEqual({
      kind: 'failed',
      class: 'permanent',
      reason: 'The mail server refuses the login of Vigil.',
    });
    expect(peer.mails).toHaveLength(1);
  });

  it('a mail has the same Message-ID at each try, and another message has another Message-ID', async () => {
    const peer = await startPeer();
    peer.contentReplies = ['drop'];
    const channel = openMail(peer.port);
    const message = testMessage();
    expect(await channel.send(mailEntry(), message, never)).toMatchObject({ kind: 'reached' });
    expect(channel.counts.retries).toBe(1);
    await channel.send(mailEntry(), testMessage(), never);
    const ids = peer.mails.map(({ source }) => headerOf(source, 'Message-ID')[0]);
    expect(ids).toHaveLength(3);
    expect(ids[0]).toMatch(/^<vigil\.[0-9a-f]{40}@hospital\.example>$/);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  it('a mail gets no further header or recipient from line breaks in a name, a bed or a text', async () => {
    const peer = await startPeer();
    const evil = 'A\r\nBcc: evil@example.org\r\n\r\n.\r\nRCPT TO:<evil@example.org>\r\n';
    const message = testMessage({
      name: evil,
      messageId: evil,
      alarms: [testAlarm({ ward: evil, bed: evil, text: evil })],
    });
    expect(await openMail(peer.port, {}, 'values').send(mailEntry(), message, never)).toMatchObject({
      kind: 'reached',
    });
    const [mail] = peer.mails;
    expect(mail!.to).toEqual(['anna@hospital.example']);
    expect(peer.mails).toHaveLength(1);
    expect(headerOf(mail!.source, 'Bcc')).toEqual([]);
    expect(headerOf(mail!.source, 'To')).toHaveLength(1);
    expect(headerOf(mail!.source, 'Subject')).toHaveLength(1);
  });
});

describe('the reply of a mail server', () => {
  it.each([550, 553] as const)('the reply %i to the recipient of a mail is a permanent failure', async (code) => {
    const peer = await startPeer();
    peer.recipientReplies = [code];
    const result = await openMail(peer.port).send(mailEntry(), testMessage(), never);
    expect(result).toEqual({
      kind: 'failed',
      class: 'permanent',
      reason: `The mail server refuses the mail (${code}).`,
    });
    expect(peer.mails).toEqual([]);
  });

  it.each([450, 421] as const)('after the reply %i, the mail is tried again', async (code) => {
    const peer = await startPeer();
    peer.recipientReplies = [code];
    peer.contentReplies = [451];
    const channel = openMail(peer.port);
    expect(await channel.send(mailEntry(), testMessage(), never)).toEqual({ kind: 'reached', stage: 'taken' });
    expect(channel.counts.tries).toBe(3);
    expect(peer.mails).toHaveLength(1);
  });

  it('the reply 554 after the contents of a mail is a permanent failure', async () => {
    const peer = await startPeer();
    peer.contentReplies = [554];
    expect(await openMail(peer.port).send(mailEntry(), testMessage(), never)).toMatchObject({ class: 'permanent' });
  });
});

describe('a mail server without a secure connection', () => {
  const refusal = { kind: 'failed', class: 'permanent' };

  it('a mail server gets no mail if it offers no TLS', async () => {
    const peer = await startPeer({ tls: 'none' });
    const result = await openMail(peer.port).send(mailEntry(), testMessage(), never);
    expect(result).toEqual({ ...refusal, reason: 'The mail server does not offer a secure connection.' });
    expect(peer.mails).toEqual([]);
    expect(peer.connectionCount()).toBe(1);
  });

  it.each(['starttls', 'implicit'] as const)(
    'a mail server gets no mail if its certificate is for another name (%s)',
    async (tls) => {
      const certificate = await peerCertificate(['other.example']);
      const peer = await startPeer({ tls, certificate });
      const result = await openMail(peer.port, { tls }).send(mailEntry(), testMessage(), never);
      expect(result).toEqual({ ...refusal, reason: 'The certificate of the mail server is not valid.' });
      expect(peer.mails).toEqual([]);
    },
  );

  it.each(['starttls', 'implicit'] as const)(
    'a mail server gets no mail if its certificate is of an unknown authority (%s)',
    async (tls) => {
      const peer = await startPeer({ tls });
      const result = await openMail(peer.port, { tls, ca: [] }).send(mailEntry(), testMessage(), never);
      expect(result).toEqual({ ...refusal, reason: 'The certificate of the mail server is not valid.' });
      expect(peer.mails).toEqual([]);
    },
  );
});

describe('a mail server that does not work', () => {
  it('a mail server counts as failed if it hangs until the message is useless', async () => {
    const peer = await startSilentPeer();
    opened.push(peer);
    const channel = openMail(peer.port);
    const message = testMessage({ uselessAfterMs: now() + 5_000 });
    const result = await channel.send(mailEntry(), message, never);
    expect(result).toEqual({
      kind: 'failed',
      class: 'transient',
      reason: expect.stringMatching(/^The mail server did not answer in time|^The host did not answer in time/),
    });
  });

  it('the breaker opens if a mail server refuses connections; a trial closes the breaker when the server works again', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const channel = openMail(port);
    const stop = new AbortController();
    const sending = channel.send(mailEntry(), testMessage(), stop.signal);
    await vi.waitFor(() => expect(channel.isDown?.(mailEntry())).toBe(true), { timeout: 30_000 });
    stop.abort();
    expect(await sending).toMatchObject({ kind: 'failed', class: 'transient' });
  });

  it('a mail server gets the mail again if it drops the connection after the mail, without an answer', async () => {
    const peer = await startPeer();
    peer.contentReplies = ['drop'];
    const channel = openMail(peer.port);
    expect(await channel.send(mailEntry(), testMessage(), never)).toEqual({ kind: 'reached', stage: 'taken' });
    expect(peer.mails).toHaveLength(2);
  });

  it('a mail server gets no further mail after the signal has aborted', async () => {
    const peer = await startPeer();
    peer.contentReplies = ['hang'];
    const channel = openMail(peer.port);
    const stop = new AbortController();
    const sending = channel.send(mailEntry(), testMessage(), stop.signal);
    await vi.waitFor(() => expect(peer.mails).toHaveLength(1), { timeout: 30_000 });
    stop.abort();
    expect(await sending).toMatchObject({ reason: 'The message was not needed any more.' });
    expect(peer.mails).toHaveLength(1);
  });
});

describe('the canary of a mail server', () => {
  it('the canary of a mail server connects and logs in, and sends no mail', async () => {
    const login = { user: 'vigil', password: 'right' };
    const peer = await startPeer({ tls: 'starttls', login });
    expect(await openMail(peer.port, login).check(mailEntry(), check, never)).toEqual({
      kind: 'reached',
      stage: 'sent',
    });
    expect(peer.mails).toEqual([]);
    const wrong = openMail(peer.port, { user: 'vigil', password: 'wrong' });
    expect(await wrong.check(mailEntry(), check, never)).toMatchObject({ kind: 'failed', class: 'permanent' });
  });
});

describe('a mail server that begins an answer and never ends it', () => {
  async function startDribbling(at: Parameters<typeof startDribblingPeer>[0]) {
    const peer = await startDribblingPeer(at);
    opened.push(peer);
    return { peer, channel: openMail(peer.port, { tls: 'implicit' }) };
  }
  const soon = { timeout: 30_000 };

  it.each(['greeting', 'EHLO'] as const)(
    'if a mail server never ends its answer, the connection of a canary is closed after the try (%s)',
    async (at) => {
      const { peer, channel } = await startDribbling(at);
      expect(await channel.check(mailEntry(), check, never)).toMatchObject({ kind: 'failed', class: 'transient' });
      expect(peer.dribbleCount()).toBeGreaterThan(0);
      await vi.waitFor(() => expect(peer.openCount()).toBe(0), soon);
    },
    60_000,
  );

  it('the connection of a canary that came through is closed, even if the mail server never ends its answer to QUIT', async () => {
    const { peer, channel } = await startDribbling('QUIT');
    expect(await channel.check(mailEntry(), check, never)).toEqual({ kind: 'reached', stage: 'sent' });
    await vi.waitFor(() => expect(peer.dribbleCount()).toBe(1), soon);
    await vi.waitFor(() => expect(peer.openCount()).toBe(0), soon);
  }, 60_000);

  it.each(['greeting', 'EHLO', 'DATA'] as const)(
    'if a mail server never ends its answer, the connection of a mail is closed after the try (%s)',
    async (at) => {
      const { peer, channel } = await startDribbling(at);
      const message = testMessage({ uselessAfterMs: now() + 3_000 });
      expect(await channel.send(mailEntry(), message, never)).toMatchObject({ kind: 'failed', class: 'transient' });
      expect(peer.dribbleCount()).toBeGreaterThan(0);
      await vi.waitFor(() => expect(peer.openCount()).toBe(0), soon);
    },
    60_000,
  );

  it('if a mail server never ends its answer, the connection of a canary that is not needed any more is closed', async () => {
    const { peer, channel } = await startDribbling('EHLO');
    const stop = new AbortController();
    const checking = channel.check(mailEntry(), check, stop.signal);
    await vi.waitFor(() => expect(peer.dribbleCount()).toBe(1), soon);
    stop.abort();
    expect(await checking).toMatchObject({ reason: 'The message was not needed any more.' });
    await vi.waitFor(() => expect(peer.openCount()).toBe(0), soon);
  }, 60_000);
});
