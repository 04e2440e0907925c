/** Searches files for texts that must be encrypted, and lists the addresses on which processes listen. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the paths of all files in a folder and its subfolders. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/**
 * Returns the byte sequences by which a text can be recognised in a file: UTF-8, UTF-16, and base64 in each of its
 * three alignments. The base64 forms lack the first and last characters, because these characters depend on the bytes
 * before and after the text.
 */
function encodedForms(text: string): Buffer[] {
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

/** Returns `text in path` for each file that contains a text in one of its encodings. */
export function findReadable(files: readonly string[], texts: readonly string[]): string[] {
  const wanted = texts.map((text) => ({ text, forms: encodedForms(text) }));
  const findings: string[] = [];
  for (const path of files) {
    const bytes = readFileSync(path);
    for (const { text, forms } of wanted)
      if (forms.some((form) => bytes.includes(form))) findings.push(`${text} in ${path}`);
  }
  return findings;
}

/** Returns the addresses on which a process listens, such as `127.0.0.1:8883`, from Linux's /proc. */
export function listeningAddresses(pid: number): string[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode) inodes.add(inode);
    } catch {
      // The process closed the file between the two calls.
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

/** Decodes an address of /proc: `0100007F:22B3` is `127.0.0.1:8883`. Each group of four bytes is little-endian. */
function addressOf(hex: string): string {
  const [address = '', port = ''] = hex.split(':');
  const groups = address.match(/.{8}/g)?.map((group) => group.match(/../g)!.reverse().join('')) ?? [];
  const number = Number.parseInt(port, 16);
  if (groups.length === 1)
    return `${groups[0]!
      .match(/../g)!
      .map((byte) => Number.parseInt(byte, 16))
      .join('.')}:${number}`;
  return `[${groups.join('').match(/.{4}/g)!.join(':').toLowerCase()}]:${number}`;
}

/**
 * Returns whether an address is in 127.0.0.0/8, ::1, or ::ffff:127.0.0.0/104 (IPv6 sockets of Java on an IPv4 address).
 */
export function isLoopback(address: string): boolean {
  return (
    address.startsWith('127.') ||
    address.startsWith('[0000:0000:0000:0000:0000:0000:0000:0001]') ||
    address.startsWith('[0000:0000:0000:0000:0000:ffff:7f')
  );
}

/** Returns the child processes of a process, with their command lines. */
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
