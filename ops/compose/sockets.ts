/** Reads the kernel's table of TCP sockets (`/proc/net/tcp`, proc(5)). Pure. */

export type Wanted = {
  /** Local ports on which a process must listen. */
  readonly listens: readonly number[];
  /** Remote ports to which at least one connection must exist. */
  readonly connected: readonly number[];
};

const established = '01';
const listening = '0A';

/**
 * Returns a sentence for each missing socket.
 * @param tables the text of `/proc/net/tcp` and of `/proc/net/tcp6`
 */
export function missingSockets(tables: readonly string[], wanted: Wanted): string[] {
  const sockets = tables.flatMap(parse);
  const has = (state: string, end: 'local' | 'remote', port: number) =>
    sockets.some((socket) => socket.state === state && socket[end] === port);
  return [
    ...wanted.listens.filter((port) => !has(listening, 'local', port)).map((port) => `nothing listens on port ${port}`),
    ...wanted.connected
      .filter((port) => !has(established, 'remote', port))
      .map((port) => `there is no connection to port ${port}`),
  ];
}

type Socket = { readonly local: number; readonly remote: number; readonly state: string };

/** Reads the rows `sl local_address rem_address st …` of a table. An address is `ADDRESS:PORT`, both hexadecimal. */
function parse(table: string): Socket[] {
  return table.split('\n').flatMap((row) => {
    const match = /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{2}) /i.exec(row);
    if (match === null) return [];
    const [, local = '', remote = '', state = ''] = match;
    return [{ local: Number.parseInt(local, 16), remote: Number.parseInt(remote, 16), state: state.toUpperCase() }];
  });
}
