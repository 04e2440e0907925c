/**
 * Controls an MQTT client in another language through a small program that reads commands line by line. A command is
 * `<number> <verb> <words…>`. Its answer is `<number> <words…>`, or `<number> ! <error>`. Events are `* ended
 * <connection> <code>` and `* message <connection> <topic> <payload>`. Texts are in base64url; `-` stands for an empty
 * or missing text.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createMailbox, type ForeignClient, type ForeignConnection, type ForeignOptions } from './client.ts';

export type Program = { readonly command: string; readonly args: readonly string[] };

type Message = { readonly topic: string; readonly payload: string };

type Link = {
  readonly messages: ReturnType<typeof createMailbox<Message>>;
  readonly end: (code: number | undefined) => void;
};

type Running = {
  /** Sends a command and returns the words of its answer. */
  send(verb: string, ...words: readonly (string | number)[]): Promise<string[]>;
  /** Ends the program with SIGKILL, so that the kernel closes its sockets. */
  kill(): Promise<void>;
  readonly links: Map<string, Link>;
};

const pack = (text: string) => (text === '' ? '-' : Buffer.from(text).toString('base64url'));
const unpack = (word = '-') => (word === '-' ? '' : Buffer.from(word, 'base64url').toString());
const codeOf = (word = '-') => (word === '-' ? undefined : Number(word));

/** Returns a client whose connections share one process. After `abandon` the next connection starts a new process. */
export function driveClient(program: Program): ForeignClient {
  let running: Running | undefined;
  let count = 0;

  async function connect(options: ForeignOptions): Promise<ForeignConnection> {
    running ??= start(program);
    const { send, kill, links } = running;
    count += 1;
    const name = `c${count}`;
    const { promise: ended, resolve: end } = Promise.withResolvers<number | undefined>();
    const messages = createMailbox<Message>();
    links.set(name, { messages, end });
    const { clientId, version, clean = true, expiryS = 0, will } = options;
    const words = [pack(clientId), version, clean ? 1 : 0, expiryS];
    const willWords = will ? [pack(will.topic), pack(will.payload), will.qos] : ['-', '-', 0];
    const [present] = await send('connect', name, ...words, ...willWords);
    return {
      sessionPresent: present === '1',
      ended,
      message: () => messages.take(),
      publish: (topic, payloads, qos) =>
        Promise.all(
          payloads.map(async (payload) => {
            const [code] = await send('publish', name, pack(topic), pack(payload), qos);
            return codeOf(code);
          }),
        ),
      async subscribe(filter) {
        const [code] = await send('subscribe', name, pack(filter));
        return Number(code);
      },
      async abandon() {
        running = undefined;
        await kill();
      },
      async close() {
        await send('close', name);
      },
    };
  }

  return {
    connect,
    async close() {
      await running?.kill();
      running = undefined;
    },
  };
}

function start({ command, args }: Program): Running {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const waitingCommands = new Map<number, { resolve: (words: string[]) => void; reject: (error: Error) => void }>();
  const links = new Map<string, Link>();
  let count = 0;
  let errorText = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errorText = (errorText + chunk.toString()).slice(-2_000);
  });
  child.stdin.on('error', () => {});
  const exited = exitOf(child);
  let hasEnded = false;
  const endedError = () => new Error(`${command} ended: ${errorText}`);
  void exited.then(() => {
    hasEnded = true;
    for (const { reject } of waitingCommands.values()) reject(endedError());
    waitingCommands.clear();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [first = '', second = '', ...rest] = line.split(' ');
    if (first === '*') {
      const link = links.get(rest[0] ?? '');
      if (second === 'ended') link?.end(codeOf(rest[1]));
      else link?.messages.put({ topic: unpack(rest[1]), payload: unpack(rest[2]) });
      return;
    }
    const command = waitingCommands.get(Number(first));
    waitingCommands.delete(Number(first));
    if (second === '!') command?.reject(new Error(unpack(rest[0])));
    else command?.resolve([second, ...rest]);
  });
  return {
    links,
    send(verb, ...words) {
      if (hasEnded) return Promise.reject(endedError());
      count += 1;
      const number = count;
      return new Promise((resolve, reject) => {
        waitingCommands.set(number, { resolve, reject });
        child.stdin.write(`${[number, verb, ...words].join(' ')}\n`);
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
}
