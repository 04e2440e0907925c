/** Looks for what must not be readable: in files, byte by byte, and in the table of listening sockets. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/**
 * A text as it may stand in a file: plain, UTF-16, and base64 in each of its three alignments (the first and last characters, which
 * depend on the neighbours, left out), so that something merely encoded is found too.
 */
function spellings(text: string): Buffer[] {
  const plain = Buffer.from(text);
  const aligned = [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), plain])
      .toString('base64')
      .replaceAll('=', '');
    return encoded.slice(shift === 0 ? 0 : 4, -4);
  });
  const urlSafe = aligned.map((encoded) => encoded.replaceAll('+', '-').replaceAll('/', '_'));
  const encodings = [...aligned, ...urlSafe].filter((encoded) => encoded.length >= 8);
  return [plain, Buffer.from(text, 'utf16le'), ...encodings.map((encoded) => Buffer.from(encoded))];
}

/** The files that hold one of the texts in any spelling, as `text in path`. */
export function findReadable(files: readonly string[], texts: readonly string[]): string[] {
  const wanted = texts.map((text) => ({ text, forms: spellings(text) }));
  const found: string[] = [];
  for (const path of files) {
    const bytes = readFileSync(path);
    for (const { text, forms } of wanted)
      if (forms.some((form) => bytes.includes(form))) found.push(`${text} in ${path}`);
  }
  return found;
}

/** The addresses that a process listens on, from Linux's own table: `127.0.0.1:8883`, `[::]:80`. */
export function listeningAddresses(pid: number): string[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode) inodes.add(inode);
    } catch {
      // Closed between the two calls.
    }
  }
  const listening = '0A';
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((row) => row[3] === listening && inodes.has(row[9] ?? ''))
      .map((row) => addressOf(row[1]!)),
  );
}

/** `0100007F:22B3` → `127.0.0.1:8883`: words of four bytes, each little-endian. */
function addressOf(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const words = address.match(/.{8}/g)?.map((word) => word.match(/../g)!.reverse().join('')) ?? [];
  const number = Number.parseInt(port, 16);
  if (words.length === 1)
    return `${words[0]!
      .match(/../g)!
      .map((byte) => Number.parseInt(byte, 16))
      .join('.')}:${number}`;
  return `[${words.join('').match(/.{4}/g)!.join(':').toLowerCase()}]:${number}`;
}

/** 127.0.0.0/8, ::1, and ::ffff:127.0.0.0/104 (a Java process's IPv6 socket on an IPv4 address). */
export function isLoopback(address: string): boolean {
  return (
    address.startsWith('127.') ||
    address.startsWith('[0000:0000:0000:0000:0000:0000:0000:0001]') ||
    address.startsWith('[0000:0000:0000:0000:0000:ffff:7f')
  );
}

/** The processes that a process started, with their command lines. */
export function childrenOf(pid: number): { pid: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[1];
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return Number(parent) === pid ? [{ pid: Number(name), command }] : [];
      } catch {
        return [];
      }
    });
}
